// The blocks of a run with their state; bodies nest.
import { clsx } from "clsx";
import { useTranslation } from "react-i18next";
import type { StepView } from "@/api/types";
import type { NameOf } from "@/live/names";
import { StatusIcon } from "@/live/Status";
import type { NodeStatus } from "@/live/state";
import { placeOf } from "@/live/steps";
import { useNodeLive } from "@/live/store";
import { useFormats } from "@/ui/format";

export interface NodeSummary {
  path: string;
  status: NodeStatus;
  count: number;
  seconds: number;
}

/** What the steps say about each node of the document, in document order. */
export function summarise(paths: string[], steps: StepView[]): NodeSummary[] {
  const found = new Map<string, NodeSummary>(
    paths.map((path) => [path, { path, status: "idle", count: 0, seconds: 0 }]),
  );
  for (const step of steps) {
    const path = placeOf(step);
    if (path === null) continue;
    const node = found.get(path) ?? { path, status: "idle", count: 0, seconds: 0 };
    node.count += 1;
    node.seconds += step.duration ?? 0;
    if (step.status === "running" || node.status === "running") node.status = "running";
    else if (step.status === "waiting" || node.status === "waiting") node.status = "waiting";
    else if (step.status === "failed" || node.status === "failed") node.status = "failed";
    else node.status = step.status;
    found.set(path, node);
  }
  return [...found.values()];
}

interface RowProps {
  node: NodeSummary;
  name: string;
  active: boolean;
  onChoose: () => void;
}

function Row({ node, name, active, onChoose }: RowProps) {
  const { t } = useTranslation();
  const { seconds, number } = useFormats();
  const live = useNodeLive(node.path);
  const status = live?.active.length ? live.status : node.status;
  const depth = node.path.split("/").length - 1;
  const progress = live?.progress;
  return (
    <li>
      <button
        type="button"
        aria-current={active || undefined}
        onClick={onChoose}
        className={clsx(
          "flex min-h-9 w-full items-center gap-2 rounded-control pr-2 text-left hover:bg-surface2",
          active && "bg-accent-soft",
          status === "idle" && "text-fg3",
        )}
        style={{ paddingLeft: `${8 + depth * 16}px` }}
      >
        <StatusIcon status={status} />
        <span className="sr-only">{t(`status.${status}`)}</span>
        <span className="min-w-0 grow truncate">{name}</span>
        {progress?.total ? (
          <span className="text-xs text-run tabular-nums">
            {number(progress.done ?? 0)}/{number(progress.total)}
          </span>
        ) : node.count > 1 ? (
          <span className="text-xs text-fg3 tabular-nums">×{number(node.count)}</span>
        ) : null}
        {node.seconds > 0 && (
          <span className="text-xs text-fg3 tabular-nums">{seconds(node.seconds)}</span>
        )}
      </button>
    </li>
  );
}

interface NodeTreeProps {
  nodes: NodeSummary[];
  nameOf: NameOf;
  active: string | undefined;
  onChoose: (node: string) => void;
}

export function NodeTree({ nodes, nameOf, active, onChoose }: NodeTreeProps) {
  const { t } = useTranslation();
  return (
    <ul className="m-0 list-none p-0" aria-label={t("run.nodes")}>
      {nodes.map((node) => (
        <Row
          key={node.path}
          node={node}
          name={nameOf(node.path)}
          active={node.path === active}
          onChoose={() => onChoose(node.path)}
        />
      ))}
    </ul>
  );
}
