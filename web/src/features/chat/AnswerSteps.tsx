// How an answer came about: the steps of its run, short, and opened when somebody wants to know.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { blocksQuery } from "@/api/catalogue";
import { runQuery, stepsQuery } from "@/api/runs";
import type { StepView } from "@/api/types";
import { namesOf } from "@/live/names";
import { StatusMark } from "@/live/Status";
import { useFormats } from "@/ui/format";

/** What only hands a value in or out tells nothing. */
const isWork = ({ block }: StepView) => block === null || !/^io\.(input|output)/.test(block);

function useSteps(run: string, wanted: boolean) {
  const { pick } = useFormats();
  const record = useQuery({ ...runQuery(run), enabled: wanted });
  const steps = useQuery({ ...stepsQuery(run), enabled: wanted });
  const blocks = useQuery({ ...blocksQuery(), enabled: wanted });
  const document = record.data?.document;
  const nameOf = useMemo(() => namesOf(document, blocks.data, pick), [document, blocks.data, pick]);
  return { items: steps.data?.items.filter(isWork) ?? [], nameOf, loading: steps.isPending };
}

export function AnswerSteps({ run, going }: { run: string; going: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { seconds } = useFormats();
  const { items, nameOf, loading } = useSteps(run, open || going);
  const label =
    going && items.length ? t("chat.stepsSoFar", { count: items.length }) : t("chat.steps");
  return (
    <details className="text-sm text-fg2" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="inline-flex min-h-6 cursor-default items-center gap-1 hover:text-fg">
        <span aria-hidden>{open ? "▾" : "▸"}</span> {label}
      </summary>
      {open && (
        <div className="mt-1 mb-2 rounded-control border border-line bg-surface2 px-3 py-2">
          {loading && <p>{t("ui.loading")}</p>}
          <ol className="m-0 flex list-none flex-col gap-1 p-0">
            {items.map((step) => (
              <li
                key={`${step.node}#${step.iteration}`}
                className="flex min-h-6 items-center gap-2"
                style={{ paddingLeft: step.parent ? 16 : 0 }}
              >
                <StatusMark status={step.status} />
                <Link
                  to="/runs/$id"
                  params={{ id: run }}
                  search={{ node: step.node }}
                  className="min-w-0 truncate hover:underline"
                >
                  {step.name || nameOf(step.node)}
                </Link>
                {step.duration !== null && (
                  <span className="ml-auto shrink-0 text-xs text-fg3 tabular-nums">
                    {seconds(step.duration)}
                  </span>
                )}
              </li>
            ))}
          </ol>
          <Link
            to="/runs/$id"
            params={{ id: run }}
            search={{}}
            className="inline-flex min-h-6 items-center text-accent hover:underline"
          >
            {t("chat.openRun")}
          </Link>
        </div>
      )}
    </details>
  );
}
