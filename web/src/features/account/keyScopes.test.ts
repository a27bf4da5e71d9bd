import { expect, test } from "vitest";
import { scopesOf } from "./keyScopes";

const MINE = ["agent.read", "agent.create", "run.start", "file.write", "credential.read"];

test("a key for running agents starts runs and changes nothing else", () => {
  expect([...scopesOf("run", MINE)]).toEqual(["agent.read", "run.start", "file.write"]);
});

test("a key that looks only reads", () => {
  expect([...scopesOf("read", MINE)]).toEqual(["agent.read", "credential.read"]);
});

test("no key may more than its owner", () => {
  for (const kind of ["run", "read", "all"] as const) expect([...scopesOf(kind, [])]).toEqual([]);
});
