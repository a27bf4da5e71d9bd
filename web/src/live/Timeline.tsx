// When each node worked: one row per node, one bar per step.
import { clsx } from "clsx";
import { useTranslation } from "react-i18next";
import type { StepView } from "@/api/types";
import { useFormats } from "@/ui/format";
import { askedWord } from "./ChildSteps";
import type { NameOf } from "./names";
import { nodeKey } from "./state";

interface TimelineProps {
  steps: StepView[];
  nameOf: NameOf;
  active?: string | undefined;
  onNode?: (node: string) => void;
}

interface Row {
  /** The node; of what its steps asked for, the node too. */
  node: string;
  /** What a step asked for: the verb and of what. */
  asked: { verb: string; name: string } | null;
  key: string;
  bars: { from: number; to: number; status: StepView["status"]; key: string }[];
  seconds: number;
}

const COLORS: Record<StepView["status"], string> = {
  completed: "bg-ok",
  running: "bg-run",
  waiting: "bg-wait",
  failed: "bg-bad",
  cancelled: "bg-line-strong",
};
// More bars than pixels say nothing more.
const MOST_BARS = 300;

const isOpen = ({ status }: StepView) => status === "running" || status === "waiting";
const begin = (row: Row) => row.bars[0]?.from ?? 0;

/** By their beginning; what the steps of a node asked for below it. */
function nested(rows: Row[]): Row[] {
  const sorted = rows.sort((a, b) => begin(a) - begin(b));
  const own = sorted.filter((row) => !row.asked);
  const known = new Set(own.map((row) => row.node));
  const below = (node: string) => sorted.filter((row) => row.asked && row.node === node);
  const lost = sorted.filter((row) => row.asked && !known.has(row.node));
  return [...own.flatMap((row) => [row, ...below(row.node)]), ...lost];
}

export function rowsOf(steps: StepView[], now: number): { rows: Row[]; from: number; to: number } {
  const rows = new Map<string, Row>();
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const step of steps) {
    if (!step.started_at) continue;
    const start = Date.parse(step.started_at) / 1000;
    const end = step.duration === null ? (isOpen(step) ? now : start) : start + step.duration;
    const node = nodeKey(step.node);
    const asked = step.verb ? { verb: step.verb, name: step.name ?? "" } : null;
    const id = asked ? `${node} ${asked.verb} ${asked.name}` : node;
    const row = rows.get(id) ?? { node, asked, key: id, bars: [], seconds: 0 };
    row.bars.push({
      from: start,
      to: end,
      status: step.status,
      key: `${step.node}:${step.iteration}`,
    });
    row.seconds += end - start;
    rows.set(id, row);
    from = Math.min(from, start);
    to = Math.max(to, end);
  }
  return { rows: nested([...rows.values()]), from, to };
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
        <li key={row.key}>
          <button
            type="button"
            onClick={() => onNode?.(row.node)}
            className={clsx(
              "grid min-h-7 w-full grid-cols-[minmax(90px,170px)_1fr_72px] items-center gap-3 rounded-control px-2 text-left hover:bg-surface2",
              row.node === active && "bg-accent-soft",
            )}
          >
            <span className={clsx("truncate", row.asked && "pl-4 text-fg2")}>
              {row.asked ? askedWord(row.asked, t) : nameOf(row.node)}
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
