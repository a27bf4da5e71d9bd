// The steps of one block: choose one, read it.
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { stepsQuery } from "@/api/runs";
import type { StepView } from "@/api/types";
import type { NameOf } from "@/live/names";
import { StepDetails } from "@/live/StepDetails";
import { nodeKey } from "@/live/state";
import { placeOf } from "@/live/steps";
import { useNodeLive } from "@/live/store";
import { IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Select } from "@/ui/inputs";
import { QueryState } from "@/ui/QueryState";
import { MoreSteps } from "./MoreSteps";

interface NodePanelProps {
  run: string;
  node: string;
  /** Steps the page already has; a body's instances come under many paths. */
  known: StepView[];
  /** Steps of the run, of whatever node, that the page does not have yet. */
  unlisted: number;
  onMore: () => void;
  at: number;
  nameOf: NameOf;
  onStep: (at: number) => void;
}

/** Text that a model is still writing. */
function Arriving({ node }: { node: string }) {
  const { t } = useTranslation();
  const live = useNodeLive(node);
  if (!live?.active.length) return null;
  const texts = Object.entries(live.deltas);
  const { progress, retrying } = live;
  return (
    <div className="mb-4 flex flex-col gap-2 text-sm">
      {retrying && <p className="text-warn">{t("run.retrying", { number: retrying.attempt })}</p>}
      {progress?.text && <p className="text-fg2">{progress.text}</p>}
      {!!progress?.total && (
        <progress
          className="h-1.5 w-full max-w-80 accent-(--run)"
          value={progress.done ?? 0}
          max={progress.total}
        />
      )}
      {texts.map(([pin, text]) => (
        <p key={pin} className="rounded-control bg-run-soft p-2.5 whitespace-pre-wrap">
          {text}
        </p>
      ))}
    </div>
  );
}

export function NodePanel({
  run,
  node,
  known,
  unlisted,
  onMore,
  at,
  nameOf,
  onStep,
}: NodePanelProps) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const own = known.filter((step) => nodeKey(step.node) === node || placeOf(step) === node);
  // A plain node's own steps may lie beyond the first page of the whole run.
  const inBody = node.includes("/");
  const [pages, setPages] = useState(1);
  const asked = useQuery({
    ...stepsQuery(run, node, pages),
    enabled: !inBody,
    placeholderData: (before) => before,
  });
  const more = inBody ? onMore : () => setPages((now) => now + 1);
  const left = inBody ? unlisted : (asked.data?.total ?? 0) - (asked.data?.items.length ?? 0);
  const query = inBody ? { ...asked, data: { items: own }, isPending: false } : asked;
  return (
    <section aria-label={nameOf(node)}>
      <Arriving node={node} />
      <QueryState query={query}>
        {({ items: all }) => {
          const items = all.filter((each) => placeOf(each) === node);
          const step = items[Math.min(at, items.length - 1)];
          if (!step) return <p className="text-fg3">{t("run.notReached")}</p>;
          const now = items.indexOf(step);
          return (
            <>
              {items.length > 1 && (
                <div className="mb-3 flex items-center gap-2">
                  <IconButton
                    small
                    label={t("ui.previous")}
                    disabled={now === 0}
                    onClick={() => onStep(now - 1)}
                  >
                    <ChevronLeft size={15} />
                  </IconButton>
                  <Select
                    aria-label={t("run.step")}
                    value={now}
                    onChange={(event) => onStep(Number(event.target.value))}
                    className="max-w-56"
                  >
                    {items.map((each, index) => (
                      <option key={`${each.node}:${each.iteration}`} value={index}>
                        {t("run.stepOf", { number: number(index + 1), count: items.length })}
                        {each.status === "completed" ? "" : ` · ${t(`status.${each.status}`)}`}
                      </option>
                    ))}
                  </Select>
                  <IconButton
                    small
                    label={t("ui.next")}
                    disabled={now === items.length - 1}
                    onClick={() => onStep(now + 1)}
                  >
                    <ChevronRight size={15} />
                  </IconButton>
                </div>
              )}
              <StepDetails step={step} steps={all} nameOf={nameOf} />
              {left > 0 && (
                <MoreSteps
                  shown={items.length}
                  total={items.length + left}
                  busy={asked.isFetching}
                  onMore={more}
                />
              )}
            </>
          );
        }}
      </QueryState>
    </section>
  );
}
