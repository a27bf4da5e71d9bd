// When each node worked: one row per node, one bar per step.
import { clsx } from "clsx";
import { useTranslation } from "react-i18next";
import type { StepView } from "@/api/types";
import { useFormats } from "@/ui/format";
import type { NameOf } from "./names";
import { nodeKey } from "./state";

interface TimelineProps {
  steps: StepView[];
  nameOf: NameOf;
  active?: string | undefined;
  onNode?: (node: string) => void;
}

interface Row {
  node: string;
  bars: { from: number; to: number; status: StepView["status"]; key: string }[];
  seconds: number;
}

const COLORS: Record<StepView["status"], string> = {
  completed: "bg-ok",
  running: "bg-run",
  failed: "bg-bad",
  cancelled: "bg-line-strong",
};
// More bars than pixels say nothing more.
const MOST_BARS = 300;

export function rowsOf(steps: StepView[], now: number): { rows: Row[]; from: number; to: number } {
  const rows = new Map<string, Row>();
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const step of steps) {
    if (!step.started_at) continue;
    const start = Date.parse(step.started_at) / 1000;
    const end =
      step.duration === null ? (step.status === "running" ? now : start) : start + step.duration;
    const node = nodeKey(step.node);
    const row = rows.get(node) ?? { node, bars: [], seconds: 0 };
    row.bars.push({
      from: start,
      to: end,
      status: step.status,
      key: `${step.node}:${step.iteration}`,
    });
    row.seconds += end - start;
    rows.set(node, row);
    from = Math.min(from, start);
    to = Math.max(to, end);
  }
  const sorted = [...rows.values()].sort((a, b) => (a.bars[0]?.from ?? 0) - (b.bars[0]?.from ?? 0));
  return { rows: sorted, from, to };
}

export function Timeline({ steps, nameOf, active, onNode }: TimelineProps) {
  const { t } = useTranslation();
  const { seconds, number } = useFormats();
  const { rows, from, to } = rowsOf(steps, Date.now() / 1000);
  const span = Math.max(to - from, 0.001);
  if (rows.length === 0) return <p className="p-3 text-sm text-fg3">{t("run.noSteps")}</p>;
  return (
    <ul className="m-0 list-none p-2 text-sm" aria-label={t("run.timeline")}>
      {rows.map((row) => (
        <li key={row.node}>
          <button
            type="button"
            onClick={() => onNode?.(row.node)}
            className={clsx(
              "grid min-h-7 w-full grid-cols-[minmax(90px,170px)_1fr_72px] items-center gap-3 rounded-control px-2 text-left hover:bg-surface2",
              row.node === active && "bg-accent-soft",
            )}
          >
            <span className="truncate">
              {nameOf(row.node)}
              {row.bars.length > 1 && <span className="text-fg3"> ×{number(row.bars.length)}</span>}
            </span>
            <span className="relative h-3.5 overflow-hidden rounded-[3px] bg-surface2">
              {row.bars.slice(0, MOST_BARS).map((bar) => (
                <i
                  key={bar.key}
                  className={clsx(
                    "absolute top-0 h-full min-w-0.5 rounded-[3px]",
                    COLORS[bar.status],
                  )}
                  style={{
                    left: `${((bar.from - from) / span) * 100}%`,
                    width: `${((bar.to - bar.from) / span) * 100}%`,
                  }}
                />
              ))}
            </span>
            <span className="text-right text-fg2 tabular-nums">{seconds(row.seconds)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
