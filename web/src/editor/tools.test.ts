import { expect, test } from "vitest";
import { bestPin, canConnect, pinFor } from "./connect";
import { createEditor } from "./editor";
import { endpoint } from "./endpoint";
import { quickFindings } from "./findings";
import { rowCount } from "./geometry";
import { tidy } from "./layout/tidy";
import { tidyRequest } from "./layout/tidy-request";
import { type BlockSpec, blocksOf } from "./spec";
import { SPECS } from "./testing/agents";

const AGENT: BlockSpec = {
  id: "ai.agent",
  title: "Agent",
  category: "ai",
  role: "step",
  inputs: [
    { name: "goal", kind: "text", title: "Goal", required: true },
    { name: "tools", kind: "list", item_kind: "tool", title: "Tools", default: [] },
  ],
  outputs: [{ name: "answer", kind: "text", title: "Answer", main: true }],
};
const blocks = blocksOf([AGENT, ...SPECS]);
const opened = (links: string[] = []) =>
  createEditor({
    blocks,
    tree: {
      luban: 1,
      nodes: {
        agent: { block: "ai.agent", with: { goal: "count" }, at: [0, 0] },
        sum: { block: "math.calculate", at: [0, 400] },
        out: { block: "io.output", with: { name: "out" }, at: [400, 0] },
      },
      links,
    },
  });
const AS_TOOL = "sum.as_tool -> agent.tools";

test("a tool goes to a tools pin and to nothing else", () => {
  const graph = opened().graph();
  const join = (from: [string, string], to: [string, string]) =>
    canConnect(graph, blocks, endpoint(...from), endpoint(...to));
  expect(join(["sum", "as_tool"], ["agent", "tools"]).ok).toBe(true);
  expect(join(["sum", "as_tool"], ["agent", "goal"])).toMatchObject({ reason: "no_tools_here" });
  expect(join(["sum", "as_tool"], ["out", "value"])).toMatchObject({ reason: "no_tools_here" });
  expect(join(["sum", "result"], ["agent", "tools"])).toMatchObject({ reason: "only_tools" });
  expect(join(["out", "as_tool"], ["agent", "tools"])).toMatchObject({ reason: "unknown_pin" });
});

test("a node is a tool or passes values on, not both", () => {
  const tool = opened([AS_TOOL]).graph();
  expect(
    canConnect(tool, blocks, endpoint("sum", "result"), endpoint("out", "value")),
  ).toMatchObject({ reason: "tool_node_linked", params: { node: "sum" } });
  const linked = opened(["sum.result -> out.value"]).graph();
  expect(
    canConnect(linked, blocks, endpoint("sum", "as_tool"), endpoint("agent", "tools")),
  ).toMatchObject({ reason: "tool_node_linked" });
});

test("what a tool lacks are its arguments, and no problems", () => {
  const missing = (links: string[]) =>
    quickFindings(opened(links).graph(), blocks).filter((each) => each.node === "sum");
  expect(missing([])).toHaveLength(2);
  expect(missing([AS_TOOL])).toEqual([]);
});

test("a loose end of tools finds the tool pin of a node and of a block", () => {
  const graph = opened().graph();
  const tools = { node: "agent", pin: "tools", side: "in" } as const;
  expect(bestPin(graph, blocks, tools, "sum")?.pin).toBe("as_tool");
  expect(bestPin(graph, blocks, tools, "out")).toBeNull();
  const kind = { kind: "list", item: "tool" } as const;
  expect(SPECS.filter((spec) => pinFor(spec, kind, "in")).map((spec) => spec.id)).toContain(
    "math.calculate",
  );
  expect(SPECS.filter((spec) => spec.role && pinFor(spec, kind, "in"))).toEqual([]);
  expect(pinFor(AGENT, { kind: "number" }, "out")?.name).toBe("goal");
});

test("tool pins sit on the upper and lower border and take no row", () => {
  const { byId } = opened([AS_TOOL]).view();
  const borders = (id: string) =>
    byId.get(id)?.spots.map(({ name, border }) => `${name} ${border}`);
  expect(borders("agent")).toEqual(["goal left", "tools bottom", "answer right"]);
  expect(borders("sum")).toContain("as_tool top");
  expect(rowCount(byId.get("agent")?.pins ?? { inputs: [], outputs: [] })).toBe(1);
});

test("tidying puts tools below whoever uses them, and nothing over anything else", () => {
  const view = opened([AS_TOOL, "agent.answer -> out.value"]).view();
  const places = tidy(tidyRequest(view, new Set()));
  const [agent, sum, out] = [places.agent, places.sum, places.out] as [number, number][];
  expect(sum?.[1]).toBeGreaterThan((agent?.[1] ?? 0) + 140);
  expect(Math.abs((sum?.[0] ?? 0) - (agent?.[0] ?? 0))).toBeLessThan(20);
  expect(out?.[0]).toBeGreaterThan((agent?.[0] ?? 0) + 216);
});

test("linking, deleting and undoing keep the file as it was", () => {
  const editor = opened();
  const before = JSON.stringify(editor.tree());
  const [from, to] = [endpoint("sum", "as_tool"), endpoint("agent", "tools")];
  expect(editor.dispatch({ type: "link", from, to })).toBe(true);
  expect(editor.tree().links).toEqual([AS_TOOL]);
  editor.dispatch({ type: "delete", nodes: ["agent"], links: [], reconnect: true });
  expect(editor.tree().links ?? []).toEqual([]);
  editor.undo();
  editor.undo();
  expect(JSON.stringify(editor.tree())).toBe(before);
});
