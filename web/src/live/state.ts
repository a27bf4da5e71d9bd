// What a run looks like, and what each event does to it. Pure: time comes as an argument.
import type {
  Json,
  RunEvent,
  RunEvents,
  RunStatus,
  RunView,
  StepView,
  StoredError,
  Wait,
} from "@/api/types";
import { type Arriving, appendDelta } from "./deltas";
import { appendLog, type LogLine } from "./log";
import { childPrefix, childWait, nodeKey, retryWait, type StepData, stepKey } from "./steps";

export type NodeStatus = "idle" | "running" | "waiting" | "completed" | "failed" | "cancelled";

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
  /** Where it comes from, by pin. */
  arriving: Record<string, Arriving>;
  /** What its steps wait for. */
  waits: readonly Wait[];
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
  waitingFor: [],
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
  arriving: {},
  waits: [],
  error: null,
  retrying: null,
};

export { nodeKey };

/** A step may be announced twice: as it starts, and by the journal of what must not happen twice. */
function opened(active: readonly string[], data: StepData): readonly string[] {
  const key = stepKey(data);
  return active.includes(key) ? active : [...active, key];
}

/** A step ends with everything below it. */
function closed(active: readonly string[], data: StepData): readonly string[] {
  const [key, below] = [stepKey(data), childPrefix(data)];
  return active.filter((each) => each !== key && !each.startsWith(below));
}

/** What is left to wait for when a step is over. */
function waitsWithout(waits: readonly Wait[], data: StepData): readonly Wait[] {
  if (waits.length === 0) return waits;
  const [key, below] = [stepKey(data), childPrefix(data)];
  return waits.filter((wait) => stepKey(wait) !== key && !wait.node.startsWith(below));
}

const sameWait = (a: Wait, b: Wait) => a.key === b.key && stepKey(a) === stepKey(b);

function withWait(node: NodeLive, wait: Wait): NodeLive {
  const waits = [...node.waits.filter((each) => !sameWait(each, wait)), wait];
  const left = { ...node, waits, active: opened(node.active, wait) };
  return { ...left, status: settled(left) };
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

/** A node waits when all its steps do. */
function settled(node: Pick<NodeLive, "active" | "failed" | "waits">): NodeStatus {
  if (node.active.length > 0) {
    const waiting = new Set(node.waits.map(stepKey));
    return node.active.every((step) => waiting.has(step)) ? "waiting" : "running";
  }
  return node.failed > 0 ? "failed" : "completed";
}

function without<T>(deltas: Record<string, T>, pins: Iterable<string>): Record<string, T> {
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
    case "run_woken":
      return { ...live, status: "running", waitingFor: [] };
    case "run_waiting":
      return { ...live, status: "waiting" };
    case "run_ended":
      return endRun(live, event.data, now);
    case "step_started":
      return startStep(live, event.data, now);
    case "step_progress": {
      const { done, total, text } = event.data;
      return onNode(live, event.data, (node) => ({ ...node, progress: { done, total, text } }));
    }
    case "step_delta": {
      return onNode(live, event.data, (node) =>
        isOver(node, event.data) ? node : appendDelta(node, event.data),
      );
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
      return onNode(live, event.data, (node) =>
        withWait({ ...node, retrying: { attempt, error } }, retryWait(event.data, now)),
      );
    }
    case "child_started": {
      const wait = childWait(event.data, now);
      return onNode(live, event.data, (node) => (wait ? withWait(node, wait) : node));
    }
    case "tool_started":
      return startTool(live, event.data, now);
    case "child_finished":
    case "child_failed": {
      const used = event.data.verb === "use" ? endTool(live, event) : live;
      return onNode(used, event.data, (node) => endChild(node, event.data));
    }
    case "step_failed":
      return failStep(live, event.data);
  }
}

/** Whether a piece of text comes late, for a step that has ended. */
function isOver(node: NodeLive, data: StepData): boolean {
  const key = stepKey(data);
  const above = `${data.node.replace(/(@\d+)?:.*$/, "")}#`;
  const on = node.active.some((each) => each === key || each.startsWith(above));
  return !on && node.completed + node.failed > 0;
}

/** What a step asked for is there, or is not to be had. */
function endChild(node: NodeLive, data: StepData & { key: string }): NodeLive {
  const child = { node: `${childPrefix(data)}${data.key}`, iteration: 0 };
  const next = {
    ...node,
    active: closed(node.active, child),
    waits: waitsWithout(node.waits, child).filter(
      (wait) => wait.key !== data.key || stepKey(wait) !== stepKey(data),
    ),
  };
  return { ...next, status: next.active.length ? settled(next) : node.status };
}

/** A node that is used as a tool works for the step that uses it, under that step's key. */
const useOf = (data: StepData & { key: string }): StepData => ({
  node: `${childPrefix(data)}${data.key}`,
  iteration: 0,
});

function startTool(live: RunLive, data: RunEvents["tool_started"], now: number): RunLive {
  return onNode(live, { node: data.name, iteration: 0 }, (node) => {
    const next = { ...node, active: opened(node.active, useOf(data)), error: null };
    return { ...next, status: settled(next), startedAt: asMilliseconds(data.at, now) };
  });
}

function endTool(
  live: RunLive,
  { kind, data }: Extract<RunEvent, { kind: "child_finished" | "child_failed" }>,
): RunLive {
  return onNode(live, { node: data.name, iteration: 0 }, (node) => {
    const done = kind === "child_finished";
    const left = {
      ...node,
      active: closed(node.active, useOf(data)),
      completed: node.completed + Number(done),
      failed: node.failed + Number(!done),
      seconds: node.seconds + (data.duration ?? 0),
      error: done ? null : data.error,
      outputs: done && isRecord(data.result) ? { ...node.outputs, ...data.result } : node.outputs,
    };
    return { ...left, status: settled(left) };
  });
}

const isRecord = (value: Json): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Adds the steps that were under way before anybody listened: their beginning is told once, to those
 * who are there. `ended` are steps that ended since the answer was asked for.
 */
export function seedRunning(
  live: RunLive,
  steps: readonly StepView[],
  ended: ReadonlySet<string>,
  now: number,
): RunLive {
  return steps.reduce((state, step) => {
    const data = { run: live.run ?? "", node: step.node, iteration: step.iteration };
    const known = live.nodes[nodeKey(step.node)]?.active.includes(stepKey(data));
    if (step.status !== "running" || known || ended.has(stepKey(data))) return state;
    const at = asMilliseconds(step.started_at, now);
    const begun = applyEvent(state, { kind: "step_started", id: null, data }, at);
    // What it wrote before may have been told already.
    const deltas = state.nodes[nodeKey(step.node)]?.deltas;
    return deltas ? onNode(begun, data, (node) => ({ ...node, deltas })) : begun;
  }, live);
}

function startStep(live: RunLive, data: StepData, now: number): RunLive {
  const within = onBodies(live, data, (body) => ({
    ...body,
    active: opened(body.active, data),
    startedAt: body.startedAt ?? now,
  }));
  return onNode(within, data, (node) => {
    const next = {
      ...node,
      active: opened(node.active, data),
      waits: node.waits.filter((wait) => wait.kind !== "retry" || stepKey(wait) !== stepKey(data)),
      startedAt: now,
      progress: node.active.length ? node.progress : null,
      deltas: {},
      error: null,
    };
    return { ...next, status: settled(next) };
  });
}

function failStep(live: RunLive, data: RunEvents["step_failed"]): RunLive {
  const { error } = data;
  const within = onBodies(live, data, (body) => ({
    ...body,
    active: closed(body.active, data),
    failed: body.failed + 1,
  }));
  const next = onNode(within, data, (node) => {
    const left = {
      ...node,
      active: closed(node.active, data),
      waits: waitsWithout(node.waits, data),
      failed: node.failed + 1,
    };
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
      waits: waitsWithout(node.waits, data),
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
      if (node.status !== "running" && node.status !== "waiting") return [key, node];
      const status: NodeStatus = node.completed > 0 ? "completed" : "cancelled";
      return [key, { ...node, status, active: [], waits: [], progress: null, retrying: null }];
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
