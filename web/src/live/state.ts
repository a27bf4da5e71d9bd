// What a run looks like, and what each event does to it. Pure: time comes as an argument.
import type { Json, RunEvent, RunStatus, RunView, StoredError } from "@/api/types";
import { appendLog, type LogLine } from "./log";

export type NodeStatus = "idle" | "running" | "completed" | "failed" | "cancelled";

export interface NodeLive {
  status: NodeStatus;
  /** The steps in flight, as `path#iteration`. */
  active: readonly string[];
  completed: number;
  failed: number;
  /** Milliseconds since the epoch, of the step shown. */
  startedAt: number | null;
  /** Seconds all finished steps took together. */
  seconds: number;
  progress: { done: number | null; total: number | null; text: string | null } | null;
  /** The last value of every pin. */
  outputs: Record<string, Json>;
  /** Text still arriving, by pin. */
  deltas: Record<string, string>;
  error: StoredError | null;
  /** The attempt that failed last while another is coming. */
  retrying: { attempt: number; error: StoredError } | null;
}

export interface RunLive {
  run: string | null;
  status: RunStatus | "idle";
  connected: boolean;
  startedAt: number | null;
  endedAt: number | null;
  steps: number;
  nodes: Record<string, NodeLive>;
  outputs: Record<string, Json>;
  error: StoredError | null;
  starved: RunView["starved"];
  waitingFor: RunView["waiting_for"];
  log: LogLine[];
}

export const IDLE: RunLive = {
  run: null,
  status: "idle",
  connected: true,
  startedAt: null,
  endedAt: null,
  steps: 0,
  nodes: {},
  outputs: {},
  error: null,
  starved: [],
  waitingFor: null,
  log: [],
};

const FRESH: NodeLive = {
  status: "idle",
  active: [],
  completed: 0,
  failed: 0,
  startedAt: null,
  seconds: 0,
  progress: null,
  outputs: {},
  deltas: {},
  error: null,
  retrying: null,
};

/** `each[3]/inner` and `each[4]/inner` are one node to whoever looks at the graph. */
export function nodeKey(path: string): string {
  return path.replace(/\[\d+\]/g, "");
}

type StepData = { node: string; iteration: number };

const stepKey = ({ node, iteration }: StepData) => `${node}#${iteration}`;

/** A step may be announced twice: as it starts, and by the journal of what must not happen twice. */
function opened(active: readonly string[], data: StepData): readonly string[] {
  const key = stepKey(data);
  return active.includes(key) ? active : [...active, key];
}

function closed(active: readonly string[], data: StepData): readonly string[] {
  const key = stepKey(data);
  return active.filter((each) => each !== key);
}

/** Node maps made for the batch at work, not yet seen by anybody else. */
const owned = new WeakSet<RunLive["nodes"]>();

function onNode(live: RunLive, data: StepData, change: (node: NodeLive) => NodeLive): RunLive {
  const key = nodeKey(data.node);
  const nodes = owned.has(live.nodes) ? live.nodes : { ...live.nodes };
  nodes[key] = change(live.nodes[key] ?? FRESH);
  return { ...live, nodes };
}

/** A body has no events of its own: it works while anything in it does. */
function onBodies(live: RunLive, data: StepData, change: (body: NodeLive) => NodeLive): RunLive {
  const parts = nodeKey(data.node).split("/");
  return parts.slice(1).reduce((state, _, at) => {
    const node = parts.slice(0, at + 1).join("/");
    return onNode(state, { ...data, node }, (body) => {
      const next = change(body);
      return { ...next, status: settled(next) };
    });
  }, live);
}

/** After many events at once: the map of a thousand nodes is copied once, not for every event. */
export function applyEvents(live: RunLive, events: readonly RunEvent[], now: number): RunLive {
  const nodes = { ...live.nodes };
  owned.add(nodes);
  const after = events.reduce((state, event) => applyEvent(state, event, now), { ...live, nodes });
  owned.delete(nodes);
  return { ...after, log: appendLog(live.log, events, now) };
}

function settled(node: Pick<NodeLive, "active" | "failed">): NodeStatus {
  if (node.active.length > 0) return "running";
  return node.failed > 0 ? "failed" : "completed";
}

function without(deltas: Record<string, string>, pins: Iterable<string>): Record<string, string> {
  const gone = new Set(pins);
  return Object.fromEntries(Object.entries(deltas).filter(([pin]) => !gone.has(pin)));
}

function asMilliseconds(iso: string | null | undefined, otherwise: number): number {
  return iso ? Date.parse(iso) : otherwise;
}

/** What the run looks like after one event. */
export function applyEvent(live: RunLive, event: RunEvent, now: number): RunLive {
  switch (event.kind) {
    case "run_started":
      return { ...live, status: "running", startedAt: live.startedAt ?? now };
    case "run_paused":
      return { ...live, status: "waiting", waitingFor: event.data.waiting_for ?? live.waitingFor };
    case "run_resumed":
      return { ...live, status: "running", waitingFor: null };
    case "run_ended":
      return endRun(live, event.data, now);
    case "step_started": {
      const within = onBodies(live, event.data, (body) => ({
        ...body,
        active: opened(body.active, event.data),
        startedAt: body.startedAt ?? now,
      }));
      return onNode(within, event.data, (node) => ({
        ...node,
        status: "running",
        active: opened(node.active, event.data),
        startedAt: now,
        progress: node.active.length ? node.progress : null,
        deltas: {},
        error: null,
      }));
    }
    case "step_progress": {
      const { done, total, text } = event.data;
      return onNode(live, event.data, (node) => ({ ...node, progress: { done, total, text } }));
    }
    case "step_delta": {
      const { pin, text } = event.data;
      return onNode(live, event.data, (node) => ({
        ...node,
        deltas: { ...node.deltas, [pin]: (node.deltas[pin] ?? "") + text },
      }));
    }
    case "step_emitted": {
      const { pin, value } = event.data;
      return onNode(live, event.data, (node) => ({
        ...node,
        status: node.status === "idle" ? "running" : node.status,
        outputs: { ...node.outputs, [pin]: value },
        deltas: without(node.deltas, [pin]),
      }));
    }
    case "step_finished":
      return finishStep(live, event.data);
    case "attempt_failed": {
      const { attempt, error } = event.data;
      return onNode(live, event.data, (node) => ({
        ...node,
        status: "running",
        retrying: { attempt, error },
      }));
    }
    case "step_failed": {
      const { error } = event.data;
      const within = onBodies(live, event.data, (body) => ({
        ...body,
        active: closed(body.active, event.data),
        failed: body.failed + 1,
      }));
      const next = onNode(within, event.data, (node) => {
        const left = { ...node, active: closed(node.active, event.data), failed: node.failed + 1 };
        return {
          ...left,
          status: settled(left),
          error,
          retrying: null,
          progress: null,
          deltas: {},
        };
      });
      return { ...next, steps: next.steps + 1 };
    }
  }
}

function finishStep(
  live: RunLive,
  data: Extract<RunEvent, { kind: "step_finished" }>["data"],
): RunLive {
  const within = onBodies(live, data, (body) => ({
    ...body,
    active: closed(body.active, data),
    completed: 1,
  }));
  const next = onNode(within, data, (node) => {
    const left = {
      ...node,
      active: closed(node.active, data),
      completed: node.completed + 1,
      seconds: node.seconds + (data.duration ?? 0),
      startedAt: asMilliseconds(data.started_at, node.startedAt ?? 0) || null,
      outputs: { ...node.outputs, ...Object.fromEntries(data.emissions ?? []) },
      deltas: without(node.deltas, Object.keys(node.deltas)),
      retrying: null,
    };
    return { ...left, status: settled(left), progress: left.active.length ? node.progress : null };
  });
  return { ...next, steps: next.steps + 1 };
}

function endRun(
  live: RunLive,
  data: Extract<RunEvent, { kind: "run_ended" }>["data"],
  now: number,
): RunLive {
  const nodes = Object.fromEntries(
    Object.entries(live.nodes).map(([key, node]) => {
      if (node.status !== "running") return [key, node];
      const status: NodeStatus = node.completed > 0 ? "completed" : "cancelled";
      return [key, { ...node, status, active: [], progress: null, retrying: null }];
    }),
  );
  const { status, outputs, error, starved } = data;
  return {
    ...live,
    nodes,
    status,
    outputs: outputs ?? {},
    error,
    starved: starved ?? [],
    endedAt: now,
  };
}
