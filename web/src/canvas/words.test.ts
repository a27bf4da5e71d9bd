import { expect, it } from "vitest";
import { type Command, createEditor, endpoint } from "@/editor";
import { BLOCKS, withBody } from "@/editor/testing/agents";
import en from "@/locales/en.json";
import zh from "@/locales/zh-CN.json";

const NODE = { id: "n1", node: { block: "math.calculate" } };
const EVERY: Command[] = [
  { type: "add", nodes: [NODE] },
  { type: "add", nodes: [{ ...NODE, id: "n2" }], as: "paste" },
  { type: "add", nodes: [{ ...NODE, id: "n3" }], as: "duplicate" },
  { type: "move", places: { add: [1, 1] } },
  { type: "move", places: { add: [2, 2] }, as: "nudge" },
  { type: "move", places: { add: [3, 3] }, as: "tidy" },
  { type: "resize", id: "add", size: [9, 9] },
  { type: "link", from: endpoint("a", "value"), to: endpoint("add", "b") },
  { type: "relink", id: "l0", to: endpoint("n1", "a") },
  { type: "setLink", id: "l0", sticky: true },
  { type: "splice", link: "l1", node: { ...NODE, id: "n4" }, input: "a", output: "result" },
  { type: "setField", id: "add", name: "b", value: 1 },
  { type: "setNode", ids: ["add"], key: "title", value: "x" },
  { type: "setNode", ids: ["add"], key: "note", value: "x" },
  { type: "setNode", ids: ["add"], key: "disabled", value: true },
  { type: "setNode", ids: ["add"], key: "collapsed", value: true },
  { type: "setNode", ids: ["add"], key: "retry", value: { attempts: 5 } },
  { type: "setNode", ids: ["add"], key: "timeout", value: 5 },
  { type: "setBody", id: "each", key: "parallel", value: 9 },
  { type: "rename", id: "add", to: "sum" },
  { type: "setAgent", key: "name", value: "x" },
  { type: "delete", links: ["l0"] },
  { type: "delete", nodes: ["sum"] },
  { type: "replace", tree: { name: "y" } },
];

it("both catalogues have the words for every command", () => {
  const editor = createEditor({ tree: withBody(), blocks: BLOCKS, now: () => 0 });
  for (const command of EVERY) {
    editor.seal();
    expect(editor.dispatch(command), JSON.stringify(command)).toBe(true);
    const key = editor.getState().history.done.at(-1)?.label.key.replace("canvas.did.", "") ?? "";
    for (const words of [en.canvas.did, zh.canvas.did] as Record<string, string>[]) {
      expect(words[key] ?? words[`${key}_other`], key).toBeDefined();
    }
  }
});
