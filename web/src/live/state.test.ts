import { expect, test } from "vitest";
import type { RunEvent } from "@/api/types";
import { applyEvent, IDLE, nodeKey, type RunLive } from "./state";

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
  const live = after(started("each[0]/up"), started("each[1]/up"));
  expect(live.nodes["each/up"]?.active).toHaveLength(2);
});

test("text arrives in pieces until the step ends", () => {
  const delta = (text: string): RunEvent => ({
    kind: "step_delta",
    id: null,
    data: { ...at, node: "chat", pin: "answer", text },
  });
  const live = after(started("chat"), delta("he"), delta("llo"));
  expect(live.nodes.chat?.deltas.answer).toBe("hello");
  expect(applyEvent(live, finished("chat", "answer", 1), 0).nodes.chat?.deltas).toEqual({});
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
