// A JSON value as a tree that opens level by level; big lists open in pages.
import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import { brief, isFile } from "./kind";
import { ValueView } from "./ValueView";

const PAGE = 100;

function leafColor(value: Json): string {
  if (typeof value === "string") return "text-kind-text";
  if (typeof value === "number") return "text-kind-number";
  if (typeof value === "boolean") return "text-kind-boolean";
  return "text-fg3";
}

function Leaf({ value }: { value: Json }) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return <span className={clsx("break-words whitespace-pre-wrap", leafColor(value))}>{text}</span>;
}

interface BranchProps {
  name?: string;
  value: Json;
  depth: number;
}

function Branch({ name, value, depth }: BranchProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(depth < 2);
  const [shown, setShown] = useState(PAGE);
  const label = name !== undefined && <span className="text-fg2">{name}: </span>;
  if (typeof value !== "object" || value === null || isFile(value)) {
    return (
      <li className="min-h-6 py-0.5 pl-5">
        {label}
        {isFile(value) ? <ValueView value={value} /> : <Leaf value={value} />}
      </li>
    );
  }
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-6 w-full items-center gap-1 rounded-sm text-left hover:bg-surface2"
      >
        <ChevronRight
          size={14}
          aria-hidden
          className={clsx("shrink-0 text-fg3", open && "rotate-90")}
        />
        {label}
        <span className="text-fg3 tabular-nums">{size}</span>
        {!open && <span className="truncate text-fg3">{brief(value, 80)}</span>}
      </button>
      {open && entries.length > 0 && (
        <ul className="m-0 ml-[7px] list-none border-l border-line p-0 pl-2">
          {entries.slice(0, shown).map(([key, item]) => (
            <Branch key={key} name={key} value={item} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <li>
              <button
                type="button"
                className="min-h-6 pl-5 text-accent hover:underline"
                onClick={() => setShown(shown + PAGE)}
              >
                {t("value.moreItems", { count: entries.length - shown })}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

export function Tree({ value }: { value: Json }) {
  return (
    <ul className="m-0 list-none p-0 font-mono text-xs">
      <Branch value={value} depth={0} />
    </ul>
  );
}
