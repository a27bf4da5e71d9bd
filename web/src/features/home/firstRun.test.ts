import { expect, test } from "vitest";
import type { AgentDocument, BlockSpec, TemplateView } from "@/api/types";
import { modelInputs, readyFirst, usesModel, withModel } from "./firstRun";

const chat = {
  id: "ai.chat",
  inputs: [
    { name: "model", schema: { type: "string", "x-widget": "model" } },
    { name: "prompt", schema: { type: "string" } },
  ],
} as unknown as BlockSpec;

const document: AgentDocument = {
  luban: 1,
  nodes: {
    say: { block: "ai.chat", with: { prompt: "hi" } },
    each: { body: { mode: "map", nodes: { inner: { block: "ai.chat" } } } },
    out: { block: "io.output" },
  },
};

test("the model reaches every block that takes one, in bodies too, and nothing else changes", () => {
  const inputs = modelInputs([chat]);
  const made = withModel(document, inputs, "demo/echo");
  expect(made.nodes.say?.with).toEqual({ prompt: "hi", model: "demo/echo" });
  expect(made.nodes.each?.body?.nodes.inner?.with).toEqual({ model: "demo/echo" });
  expect(made.nodes.out).toBe(document.nodes.out);
});

test("a template without such a block needs no model", () => {
  const inputs = modelInputs([chat]);
  const plain = {
    document: { luban: 1, nodes: { a: { block: "text.join" } } },
  } as unknown as TemplateView;
  expect(usesModel(plain, inputs)).toBe(false);
  expect(usesModel({ document } as unknown as TemplateView, inputs)).toBe(true);
});

test("what runs to its end at once comes first, whatever else keeps its order", () => {
  const blocks = [
    { id: "flow.ask", category: "flow", inputs: [] },
    { id: "ai.agent", category: "ai", inputs: [{ kind: "list", item_kind: "tool" }] },
  ] as unknown as BlockSpec[];
  const template = (id: string, block: string, required = false) =>
    ({ id, inputs: [{ required }], document: { luban: 1, nodes: { a: { block } } } }) as never;
  const given = [
    template("decides", "ai.agent"),
    template("waits", "flow.ask"),
    template("asks", "text.join", true),
    template("ready", "text.join"),
  ];
  expect(readyFirst(given, blocks).map(({ id }) => id)).toEqual([
    "ready",
    "waits",
    "asks",
    "decides",
  ]);
});
