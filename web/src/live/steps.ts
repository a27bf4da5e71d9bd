// How steps are named, and what an event says about waiting.
import type { Json, RunEvents, StepView, Wait, WaitKind } from "@/api/types";

export interface StepData {
  node: string;
  iteration: number;
}

/** What a step asks for is a step of its own: `agent:3`, or `agent@2:3` of its third firing. */
const CHILD = /(@\d+)?:[^/]*/g;
/** A round of a body: `each[3]`, or `each@1[3]` of its second firing. */
const ROUND = /(@\d+)?\[\d+\]/g;

/** `each[3]/inner`, `each[4]/inner` and `each[4]/inner:0` are one node to whoever looks at the graph. */
export function nodeKey(path: string): string {
  return path.replace(ROUND, "").replace(CHILD, "");
}

export function stepKey({ node, iteration }: StepData): string {
  return `${node}#${iteration}`;
}

/** What the paths of all steps begin with that this one asked for. */
export function childPrefix({ node, iteration }: StepData): string {
  return iteration ? `${node}@${iteration}:` : `${node}:`;
}

/** The steps that a step asked for itself, in the order of the list. */
export function childrenOf(step: StepData, steps: readonly StepView[]): StepView[] {
  const prefix = childPrefix(step);
  return steps.filter(
    ({ node }) => node.startsWith(prefix) && !/[@:/]/.test(node.slice(prefix.length)),
  );
}

export const isChild = ({ node }: StepData): boolean => /:[^/]*$/.test(node);

/** The node a step is told at: its own, or the one that was used as a tool; `null` for other children. */
export function placeOf(step: StepData & { verb?: string | null; name?: string }): string | null {
  if (!isChild(step)) return nodeKey(step.node);
  return step.verb === "use" ? nodeKey(step.name ?? "") : null;
}

const KINDS: Record<string, WaitKind> = {
  sleep: "sleep",
  wait_for: "signal",
  ask: "ask",
  decide: "in_doubt",
  run_agent: "run",
};

/** What a step begins to wait for; `null` when it only calls another block. */
export function childWait(data: RunEvents["child_started"], now: number): Wait | null {
  const kind = KINDS[data.verb];
  if (!kind) return null;
  const { until, ...details } = data.data;
  const since = Date.parse(data.at) / 1000 || now / 1000;
  const { node, iteration, key } = data;
  return { kind, node, iteration, key, since, until: numberOr(until), details };
}

/** The time until the next attempt. */
export function retryWait(data: RunEvents["attempt_failed"], now: number): Wait {
  const { node, iteration, attempt, retry_in } = data;
  const since = now / 1000;
  const until = since + (retry_in ?? 0);
  return { kind: "retry", node, iteration, key: "", since, until, details: { attempt } };
}

const numberOr = (value: Json | undefined) => (typeof value === "number" ? value : null);
