import { expect, test } from "vitest";
import { grouped } from "./permissions";

const ALL = ["agent.read", "agent.create", "run.read"];

test("permissions stand by their noun, in the order given", () => {
  expect(grouped(ALL)).toEqual([
    { noun: "agent", permissions: ["agent.read", "agent.create"] },
    { noun: "run", permissions: ["run.read"] },
  ]);
});
