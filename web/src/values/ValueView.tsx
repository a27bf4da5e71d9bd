// Shows any value that travels through a pin: text, number, table, tree, image or file.
import { Check, Copy, FileDown } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { fileAddress } from "@/api/address";
import type { FileReference, Json } from "@/api/types";
import { IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { asText, columnsOf, shapeOf } from "./kind";
import { Table } from "./Table";
import { Tree } from "./Tree";

const Markdown = lazy(() => import("./Markdown"));

const LONG = 20_000;

function FileLink({ file }: { file: FileReference }) {
  const { bytes } = useFormats();
  return (
    <a
      href={fileAddress(file.$file)}
      download={file.name}
      className="inline-flex min-h-8 max-w-full items-center gap-2 rounded-control border border-line bg-surface px-2.5 hover:bg-surface2"
    >
      <FileDown size={15} aria-hidden className="shrink-0 text-kind-file" />
      <span className="truncate">{file.name}</span>
      <span className="shrink-0 text-xs text-fg3">{bytes(file.size)}</span>
    </a>
  );
}

function Picture({ file }: { file: FileReference }) {
  return (
    <figure className="m-0 flex flex-col items-start gap-2">
      <img
        src={fileAddress(file.$file)}
        alt={file.name}
        loading="lazy"
        className="max-h-96 max-w-full rounded-control border border-line object-contain"
      />
      <figcaption>
        <FileLink file={file} />
      </figcaption>
    </figure>
  );
}

/** Reads like Markdown rather than like a sentence: headings, lists, links, fences. */
const MARKED = /^(#{1,4} |[-*] |\d+\. |```|> |\|.+\|)|\[[^\]]+\]\([^)]+\)|\*\*[^*]+\*\*/m;

function Text({ value }: { value: string }) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const [plain, setPlain] = useState(false);
  const shown = whole ? value : value.slice(0, LONG);
  const marked = MARKED.test(shown);
  const pre = <div className="max-w-full break-words whitespace-pre-wrap">{shown}</div>;
  return (
    <div className="min-w-0">
      {marked && !plain ? (
        <Suspense fallback={pre}>
          <Markdown text={shown} />
        </Suspense>
      ) : (
        pre
      )}
      <div className="mt-1 flex gap-3 text-xs empty:hidden">
        {marked && (
          <button
            type="button"
            className="min-h-6 text-accent hover:underline"
            onClick={() => setPlain(!plain)}
          >
            {plain ? t("value.formatted") : t("value.source")}
          </button>
        )}
        {!whole && value.length > LONG && (
          <button
            type="button"
            className="min-h-6 text-accent hover:underline"
            onClick={() => setWhole(true)}
          >
            {t("value.showAll", { count: value.length })}
          </button>
        )}
      </div>
    </div>
  );
}

function Shown({ value }: { value: Json }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  switch (shapeOf(value)) {
    case "empty":
      return (
        <span className="text-fg3">{value === "" ? t("value.emptyText") : t("value.nothing")}</span>
      );
    case "text":
      return <Text value={value as string} />;
    case "scalar": {
      const said =
        typeof value === "boolean" ? t(value ? "value.yes" : "value.no") : number(value as number);
      return <span className="tabular-nums">{said}</span>;
    }
    case "image":
      return <Picture file={value as Json & FileReference} />;
    case "file":
      return <FileLink file={value as Json & FileReference} />;
    case "table":
      return <Table rows={value as Record<string, Json>[]} columns={columnsOf(value) ?? []} />;
    case "tree":
      return <Tree value={value} />;
  }
}

export function CopyValue({ value }: { value: Json }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(asText(value));
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <IconButton small look="quiet" label={copied ? t("ui.copied") : t("ui.copy")} onClick={copy}>
      {copied ? <Check size={14} className="text-ok" /> : <Copy size={14} />}
    </IconButton>
  );
}

export function ValueView({ value }: { value: Json }) {
  return (
    <div className="min-w-0 text-sm">
      <Shown value={value} />
    </div>
  );
}

/** A titled box around one value, with its copy button. */
export function NamedValue({ name, value, hint }: { name: string; value: Json; hint?: string }) {
  return (
    <section className="overflow-hidden rounded-control border border-line bg-surface">
      <header className="flex min-h-8 items-center gap-2 border-b border-line bg-surface2 pr-1 pl-2.5 text-xs text-fg2">
        <span className="truncate font-semibold">{name}</span>
        {hint && <span className="truncate text-fg3">{hint}</span>}
        <span className="grow" />
        <CopyValue value={value} />
      </header>
      <div className="max-h-[480px] overflow-auto p-2.5">
        <ValueView value={value} />
      </div>
    </section>
  );
}
