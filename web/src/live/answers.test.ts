import type { TFunction } from "i18next";
import { expect, test } from "vitest";
import type { Approval, Json } from "@/api/types";
import { choicesOf, detailName, fieldsOf, questionOf, sentValues, shownDetails } from "./answers";
import { typedValue } from "./SignalForm";

const t = ((key: string) => key) as unknown as TFunction;

const question = (details: Record<string, Json>, choices: string[] = []): Approval => ({
  id: "r_1.00000000",
  kind: "ask",
  run_id: "r_1",
  agent_id: "a_1",
  agent_name: "Agent",
  node: "ask",
  iteration: 0,
  question: "Go on?",
  choices,
  since: "2026-11-20T12:00:00.000Z",
  until: null,
  details,
});
const doubt = (details: Record<string, Json> = {}): Approval => ({
  ...question(details),
  kind: "in_doubt",
});

test("choices are the question's own words", () => {
  expect(choicesOf(question({}, ["yes", "no"]), t).map(({ label }) => label)).toEqual([
    "yes",
    "no",
  ]);
  expect(choicesOf(question({}), t)).toMatchObject([{ id: "", label: "approvals.send" }]);
});

test("an agent's wish to use a tool reads in the reader's language", () => {
  const uses = ["once", "always_here", "always_agent", "deny"];
  const asked = question({ tool: "save", arguments: { name: "a.md" } }, uses);
  expect(choicesOf(asked, t).map(({ label }) => label)).toEqual(
    uses.map((each) => `approvals.tool.${each}`),
  );
  expect(questionOf(asked, t)).toBe("approvals.tool.question");
  expect(detailName(asked, "arguments", t)).toBe("approvals.detail.arguments");
  const other = question({ tool: "hammer" }, ["once", "deny"]);
  expect([questionOf(other, t), detailName(other, "tool", t)]).toEqual(["Go on?", "tool"]);
  expect(choicesOf(other, t).map(({ label }) => label)).toEqual(["once", "deny"]);
});

test("what became of a step is told in three ways, each explained", () => {
  const choices = choicesOf(doubt(), t);
  expect(choices.map(({ id }) => id)).toEqual(["done", "again", "fail"]);
  expect(choices.map(({ hint }) => hint)).toEqual([
    "approvals.doubtHint.done",
    "approvals.doubtHint.again",
    "approvals.doubtHint.fail",
  ]);
});

test("a form comes from the schema that came with the question", () => {
  const form = { type: "object", properties: { amount: { type: "integer" } } };
  expect(fieldsOf(question({ form }), t).map(({ name, kind }) => [name, kind])).toEqual([
    ["amount", "number"],
  ]);
  expect(fieldsOf(question({}), t)).toEqual([]);
  expect(sentValues(question({ form }), { amount: 7 })).toEqual({ amount: 7 });
});

test("the outputs of a step in doubt are sent by pin", () => {
  expect(fieldsOf(doubt(), t)).toHaveLength(1);
  expect(sentValues(doubt(), { outputs: { id: "m_1" } })).toEqual({ id: "m_1" });
  expect(sentValues(doubt(), {})).toEqual({});
});

test("everything else that came along is shown", () => {
  const details = { form: {}, inputs: {}, amount: 7, draft: "Dear" };
  expect(shownDetails(question(details))).toEqual([
    ["amount", 7],
    ["draft", "Dear"],
  ]);
});

test("a signal brings JSON, or the text as it was typed", () => {
  expect(["", " ", "5", '{"a": 1}', "paid"].map(typedValue)).toEqual([
    null,
    null,
    5,
    { a: 1 },
    "paid",
  ]);
});
