import { describe, expect, it } from "vitest";
import { createEditor } from "./editor";
import { endpoint } from "./endpoint";
import { toAgent, toGraph } from "./graph";
import { BLOCKS, calculator, largeAgent, randomOf, withBody } from "./testing/agents";
import { randomCommand } from "./testing/random-command";

const text = (value: unknown): string => JSON.stringify(value);

describe("tree and graph", () => {
  it.each([
    ["short and long links", calculator()],
    ["nested bodies", withBody()],
    ["a thousand nodes", largeAgent(1000)],
    ["nothing at all", {}],
    [
      "links before nodes",
      { links: ["a.x -> b.y"], extra: { z: 1, a: 2 }, nodes: { b: {}, a: {} } },
    ],
    ["unreadable parts", { nodes: [1], links: ["nonsense", { from: 3 }] }],
  ])("%s survive the round trip to the byte", (_, tree) => {
    expect(text(toAgent(toGraph(tree as never)))).toBe(text(tree));
  });
});

describe("undo", () => {
  it.each([1, 2, 3, 4, 5])(
    "200 random commands and 200 undos give the same document (seed %i)",
    (seed) => {
      const random = randomOf(seed);
      const editor = createEditor({ tree: withBody(), blocks: BLOCKS, now: () => 0 });
      const before = text(editor.tree());
      let done = 0;
      while (done < 200) {
        editor.seal();
        if (editor.dispatch(randomCommand(random, editor))) done += 1;
      }
      const after = text(editor.tree());
      for (let step = 0; step < 200; step += 1) expect(editor.undo()).not.toBeNull();
      expect(editor.undo()).toBeNull();
      expect(text(editor.tree())).toBe(before);
      for (let step = 0; step < 200; step += 1) editor.redo();
      expect(text(editor.tree())).toBe(after);
    },
  );

  it("takes a burst of typing as one step and a pause as two", () => {
    let now = 0;
    const editor = createEditor({ tree: calculator(), blocks: BLOCKS, now: () => now });
    for (const value of ["p", "pl", "plus"]) {
      now += 200;
      editor.dispatch({ type: "setField", id: "add", name: "operation", value });
    }
    now += 5000;
    editor.dispatch({ type: "setField", id: "add", name: "operation", value: "minus" });
    editor.undo();
    expect(editor.graph().nodes.add?.with?.operation).toBe("plus");
    editor.undo();
    expect(editor.graph().nodes.add?.with?.operation).toBe("add");
  });

  it("joins nudges that follow within 300 ms", () => {
    let now = 0;
    const editor = createEditor({ tree: calculator(), blocks: BLOCKS, now: () => now });
    for (const x of [10, 20, 30]) {
      now += 100;
      editor.dispatch({ type: "move", places: { result: [x, 0] }, as: "nudge" });
    }
    expect(editor.getState().history.done).toHaveLength(1);
    now += 400;
    editor.dispatch({ type: "move", places: { result: [40, 0] }, as: "nudge" });
    expect(editor.getState().history.done).toHaveLength(2);
  });

  it("does not count selection", () => {
    const editor = createEditor({ tree: calculator(), blocks: BLOCKS });
    editor.select(["add"]);
    expect(editor.undo()).toBeNull();
  });

  it("returns to the body where the change was made", () => {
    const editor = createEditor({ tree: withBody(), blocks: BLOCKS });
    editor.open(["each"]);
    editor.dispatch({ type: "setField", id: "inner", name: "b", value: 7 });
    editor.open([]);
    editor.undo();
    expect(editor.getState().path).toEqual(["each"]);
  });

  it("brings five hundred of a thousand nodes back in one step", () => {
    const editor = createEditor({ tree: largeAgent(1000), blocks: BLOCKS });
    const all = [...editor.graph().nodeOrder];
    editor.dispatch({ type: "delete", nodes: all.slice(0, 500) });
    expect(editor.graph().nodeOrder).toHaveLength(all.length - 500);
    editor.undo();
    expect(editor.graph().nodeOrder).toEqual(all);
  });
});

describe("commands", () => {
  const start = () => createEditor({ tree: calculator(), blocks: BLOCKS });

  it("renames a node in its links too", () => {
    const editor = start();
    editor.dispatch({ type: "rename", id: "add", to: "sum" });
    expect(editor.tree().links).toEqual([
      "a.value -> sum.a",
      { from: "sum.result", to: "result.value", sticky: true },
    ]);
    expect(Object.keys(editor.tree().nodes ?? {})).toEqual(["a", "sum", "result"]);
  });

  it("refuses to rename to an id in use", () => {
    expect(start().dispatch({ type: "rename", id: "add", to: "a" })).toBe(false);
  });

  it("takes links away with their node", () => {
    const editor = start();
    editor.dispatch({ type: "delete", nodes: ["add"] });
    expect(editor.tree().links).toEqual([]);
  });

  it("bridges the gap on delete and reconnect", () => {
    const editor = start();
    editor.dispatch({ type: "delete", nodes: ["add"], reconnect: true });
    expect(editor.tree().links).toEqual(["a.value -> result.value"]);
  });

  it("splices a node into a link and keeps the link's own keys", () => {
    const editor = start();
    const link = editor.graph().linkOrder[1] ?? "";
    const node = { id: "twice", node: { block: "math.calculate", at: [0, 0] as [number, number] } };
    editor.dispatch({ type: "splice", link, node, input: "a", output: "result" });
    expect(editor.tree().links).toEqual([
      "a.value -> add.a",
      { from: "add.result", to: "twice.a", sticky: true },
      "twice.result -> result.value",
    ]);
  });

  it("keeps a relinked end's form", () => {
    const editor = start();
    const link = editor.graph().linkOrder[0] ?? "";
    editor.dispatch({ type: "relink", id: link, to: endpoint("add", "b") });
    expect(editor.tree().links?.[0]).toBe("a.value -> add.b");
  });

  it("writes down derived places before the first change that would shift them", () => {
    const editor = start();
    const before = new Map(editor.view().nodes.map((view) => [view.id, { ...view.box }]));
    editor.dispatch({ type: "move", places: { a: [-500, -500] } });
    const add = editor.view().byId.get("add");
    expect([add?.box.x, add?.box.y]).toEqual([before.get("add")?.x, before.get("add")?.y]);
    expect(editor.graph().nodes.add?.at).toBeDefined();
  });

  it("changes nothing for a node that is gone", () => {
    expect(start().dispatch({ type: "setField", id: "gone", name: "x", value: 1 })).toBe(false);
  });
});

describe("view", () => {
  it("keeps the identity of every node that did not change", () => {
    const editor = createEditor({ tree: largeAgent(50), blocks: BLOCKS });
    const before = editor.view();
    const id = before.nodes[7]?.id ?? "";
    editor.dispatch({ type: "move", places: { [id]: [1, 2] } });
    const after = editor.view();
    const changed = after.nodes.filter((node, index) => node !== before.nodes[index]);
    expect(changed.map((node) => node.id)).toEqual([id]);
    expect(after.links.every((link, index) => link === before.links[index])).toBe(true);
  });
});
