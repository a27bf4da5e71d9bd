import { expect, test } from "vitest";
import type { StepView } from "@/api/types";
import { childrenOf, isChild } from "./steps";
import { rowsOf } from "./Timeline";
import { byUrgency } from "./waits";

const step = (node: string, verb?: string, iteration = 0): StepView => ({
  node,
  iteration,
  block: null,
  status: "completed",
  attempts: [],
  inputs: {},
  outputs: [],
  started_at: "2026-11-20T12:00:00.000Z",
  duration: 1,
  error: null,
  verb: verb ?? null,
  name: "x",
  waiting_for: [],
});

const steps = [
  step("agent"),
  step("agent:0", "call"),
  step("agent:0:0", "ask"),
  step("agent:send", "step"),
  step("agent", undefined, 2),
  step("agent@2:0", "call"),
  step("each[1]/agent:0", "call"),
];

test("a step has the children it asked for itself", () => {
  const names = (of: StepView | undefined) => of && childrenOf(of, steps).map(({ node }) => node);
  expect(names(steps[0])).toEqual(["agent:0", "agent:send"]);
  expect(names(steps[1])).toEqual(["agent:0:0"]);
  expect(names(steps[4])).toEqual(["agent@2:0"]);
  expect(steps.filter(isChild)).toHaveLength(5);
});

test("the timeline shows what was asked for below its node", () => {
  const { rows } = rowsOf(steps, 0);
  expect(rows.map(({ key }) => key)).toEqual([
    "agent",
    "agent call x",
    "agent ask x",
    "agent step x",
    "each/agent call x",
  ]);
  expect(rows[0]?.bars).toHaveLength(2);
});

test("what a person can do something about comes first", () => {
  const wait = (kind: "sleep" | "ask" | "pause", since: number) => ({
    kind,
    node: "",
    iteration: 0,
    key: "",
    since,
    until: null,
    details: {},
  });
  const sorted = byUrgency([wait("sleep", 1), wait("pause", 2), wait("ask", 4), wait("ask", 3)]);
  expect(sorted.map(({ kind, since }) => `${kind} ${since}`)).toEqual([
    "ask 3",
    "ask 4",
    "pause 2",
    "sleep 1",
  ]);
});
