import { expect, test } from "vitest";
import type { RunEvent, StepView } from "@/api/types";
import { applyEvent, IDLE, nodeKey, type RunLive, seedRunning } from "./state";

const at = { run: "r_1", iteration: 0 };

function after(...events: RunEvent[]): RunLive {
  return events.reduce((live, event) => applyEvent(live, event, 1_000), IDLE);
}

const started = (node: string, iteration = 0): RunEvent => ({
  kind: "step_started",
  id: null,
  data: { ...at, node, iteration },
});
const finished = (node: string, pin: string, value: number): RunEvent => ({
  kind: "step_finished",
  id: 1,
  data: { ...at, node, attempt: 1, emissions: [[pin, value]], started_at: null, duration: 0.5 },
});

test("a step that finishes leaves its outputs and its time", () => {
  const live = after(started("add"), finished("add", "result", 5));
  expect(live.nodes.add).toMatchObject({
    status: "completed",
    outputs: { result: 5 },
    seconds: 0.5,
  });
  expect(live.steps).toBe(1);
});

test("a node with one of two steps left is still running", () => {
  const live = after(started("add"), started("add", 1), finished("add", "result", 5));
  expect(live.nodes.add?.status).toBe("running");
});

test("a step announced twice is one step", () => {
  const live = after(started("add"), started("add"), finished("add", "result", 5));
  expect(live.nodes.add?.status).toBe("completed");
});

test("the instances of a body are one node", () => {
  expect(nodeKey("each[12]/inner[3]/x")).toBe("each/inner/x");
  expect(nodeKey("each@1[2]/agent@2:3:0")).toBe("each/agent");
  const live = after(started("each[0]/up"), started("each[1]/up"));
  expect(live.nodes["each/up"]?.active).toHaveLength(2);
});

test("text arrives in pieces until the step ends", () => {
  const live = after(started("chat"), delta("he"), delta("llo"));
  expect(live.nodes.chat?.deltas.answer).toBe("hello");
  expect(applyEvent(live, finished("chat", "answer", 1), 0).nodes.chat?.deltas).toEqual({});
});

const delta = (text: string, more: { attempt?: number; claim?: number; offset?: number } = {}) =>
  ({
    kind: "step_delta",
    id: null,
    data: { ...at, node: "chat", pin: "answer", text, ...more },
  }) satisfies RunEvent;

test("pieces of an attempt that was given up are dropped", () => {
  const later = { claim: 2, attempt: 1 };
  const live = after(
    started("chat"),
    delta("old ", { claim: 1, attempt: 1, offset: 0 }),
    delta("new", { ...later, offset: 0 }),
    delta("stale", { claim: 1, attempt: 1, offset: 4 }),
    delta("er", { ...later, offset: 3 }),
    delta("er", { ...later, offset: 3 }),
  );
  expect(live.nodes.chat?.deltas.answer).toBe("newer");
});

test("a piece that was lost leaves a mark", () => {
  const live = after(started("chat"), delta("ab", { offset: 0 }), delta("ef", { offset: 4 }));
  expect(live.nodes.chat?.deltas.answer).toBe("ab… ef");
});

test("text that comes after its step ended is dropped", () => {
  const live = after(started("chat"), finished("chat", "answer", 1), delta("late"));
  expect(live.nodes.chat?.deltas).toEqual({});
});

const asked = (node: string, verb = "ask", iteration = 0): RunEvent => ({
  kind: "child_started",
  id: 2,
  data: {
    ...at,
    node,
    iteration,
    key: "0",
    verb,
    name: "",
    data: { id: "r_1.00000000", question: "Go on?", choices: ["yes", "no"], until: 99 },
    at: "1970-01-01T00:00:05.000Z",
  },
});
const child = { key: "0", verb: "ask", name: "", duration: 1 };

test("a step that asks waits, and goes on with the answer", () => {
  const live = after(started("agent"), asked("agent"));
  expect(live.nodes.agent).toMatchObject({
    status: "waiting",
    waits: [{ kind: "ask", since: 5, until: 99, details: { question: "Go on?" } }],
  });
  const answered = applyEvent(
    live,
    {
      kind: "child_finished",
      id: 3,
      data: { ...at, node: "agent", ...child, result: null },
    },
    0,
  );
  expect(answered.nodes.agent).toMatchObject({ status: "running", waits: [] });
});

test("a node of which one step waits and another works is running", () => {
  const live = after(started("agent"), started("agent", 1), asked("agent"));
  expect(live.nodes.agent?.status).toBe("running");
  expect(live.nodes.agent?.waits).toHaveLength(1);
});

test("a call of another block is no wait, and its own waits end with it", () => {
  expect(after(started("agent"), asked("agent", "call")).nodes.agent?.status).toBe("running");
  const inner = after(started("agent"), asked("agent:0"));
  expect(inner.nodes.agent?.status).toBe("running");
  expect(inner.nodes.agent?.waits).toHaveLength(1);
  const done = applyEvent(
    inner,
    { kind: "child_finished", id: 3, data: { ...at, node: "agent", ...child, result: null } },
    0,
  );
  expect(done.nodes.agent?.waits).toEqual([]);
});

test("a failed attempt waits for the next one", () => {
  const failed: RunEvent = {
    kind: "attempt_failed",
    id: 1,
    data: {
      ...at,
      node: "get",
      attempt: 1,
      error: { code: "x", message: "no" },
      retry_in: 3,
    },
  };
  const live = after(failed);
  expect(live.nodes.get).toMatchObject({ status: "waiting", waits: [{ kind: "retry", until: 4 }] });
  expect(applyEvent(live, started("get"), 0).nodes.get).toMatchObject({
    status: "running",
    waits: [],
  });
});

const under = (node: string): StepView => ({
  node,
  iteration: 0,
  block: null,
  status: "running",
  attempts: [],
  inputs: {},
  outputs: [],
  started_at: null,
  duration: null,
  error: null,
  name: "",
  waiting_for: [],
});

test("who comes later sees what is under way, but not what has ended meanwhile", () => {
  const steps = [under("each[0]/up"), under("each[1]/up"), under("gone")];
  const live = seedRunning(IDLE, steps, new Set(["gone#0"]), 1_000);
  expect(live.nodes["each/up"]).toMatchObject({ status: "running" });
  expect(live.nodes["each/up"]?.active).toEqual(["each[0]/up#0", "each[1]/up#0"]);
  expect(live.nodes.each?.status).toBe("running");
  expect(live.nodes.gone).toBeUndefined();
});

test("what a step wrote before it was found under way stays", () => {
  const said = { run: "r_1", node: "talk", iteration: 0, pin: "answer", attempt: 1, claim: 1 };
  const delta = (text: string, offset: number) =>
    ({ kind: "step_delta", id: null, data: { ...said, text, offset } }) as const;
  const told = applyEvent(IDLE, delta("So far", 0), 1_000);
  const found = [{ node: "talk", iteration: 0, status: "running", started_at: null }];
  const live = seedRunning(told, found as never, new Set(), 1_000);
  expect(live.nodes.talk?.active).toEqual(["talk#0"]);
  expect(applyEvent(live, delta(" good", 6), 1_000).nodes.talk?.deltas.answer).toBe("So far good");
});

test("what still runs when the run ends did not complete", () => {
  const live = after(started("slow"), {
    kind: "run_ended",
    id: 9,
    data: { run: "r_1", status: "cancelled", outputs: {}, error: null, starved: [] },
  });
  expect(live).toMatchObject({ status: "cancelled", endedAt: 1_000 });
  expect(live.nodes.slow?.status).toBe("cancelled");
});

test("one event touches only its own node", () => {
  const before = after(started("a"), started("b"));
  const next = applyEvent(before, finished("a", "x", 1), 0);
  expect(next.nodes.b).toBe(before.nodes.b);
});
