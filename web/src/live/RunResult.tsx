// What a run came to: its outputs, or why there are none, and what was left lying.
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Json, RunStatus, RunView, StoredError } from "@/api/types";
import { NamedValue } from "@/values/ValueView";
import { ErrorCard } from "./ErrorCard";
import type { NameOf } from "./names";

interface RunResultProps {
  status: RunStatus | "idle";
  outputs: Record<string, Json>;
  error: StoredError | null;
  starved: RunView["starved"];
  nameOf: NameOf;
  /** The title of an output. */
  labelOf: (name: string) => string;
  onNode?: (node: string) => void;
  errorActions?: ReactNode;
}

export function RunResult(props: RunResultProps) {
  const { status, outputs, error, starved, nameOf, labelOf, onNode, errorActions } = props;
  const { t } = useTranslation();
  const entries = Object.entries(outputs);
  const over = status === "completed" || status === "failed" || status === "cancelled";
  return (
    <div className="flex flex-col gap-3">
      {error && (
        <ErrorCard error={error} nameOf={nameOf} onNode={onNode} actions={errorActions} whole />
      )}
      {entries.map(([name, value]) => (
        <NamedValue key={name} name={labelOf(name)} value={value} />
      ))}
      {entries.length === 0 && !error && (
        <p className="text-sm text-fg3">{over ? t("run.noResult") : t("run.noResultYet")}</p>
      )}
      {starved.length > 0 && (
        <section className="flex gap-2.5 rounded-card bg-warn-soft p-3 text-sm">
          <TriangleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-warn" />
          <div>
            <p className="font-semibold text-warn">{t("run.starved")}</p>
            <ul className="m-0 list-none p-0">
              {starved.map(({ node, pin, held }) => (
                <li key={`${node}.${pin}`}>
                  {t("run.starvedPin", { node: nameOf(node), pin, count: held })}
                </li>
              ))}
            </ul>
          </div>
        </section>
      )}
    </div>
  );
}
