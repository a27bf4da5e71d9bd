import { describe, expect, it } from "vitest";
import { copyNodes, duplicateCommand, pasteCommand, readClip } from "./clipboard";
import { BECOMES, canBecome } from "./coercion";
import { bestPin, canConnect } from "./connect";
import { draftOf, memoryDrafts, recoverable } from "./drafts";
import { createEditor } from "./editor";
import { endpoint, parseEndpoint, printEndpoint } from "./endpoint";
import { mergeFindings, quickFindings } from "./findings";
import { overlaps } from "./geometry";
import { toGraph } from "./graph";
import { tidy } from "./layout/tidy";
import { tidyRequest } from "./layout/tidy-request";
import { neighbour } from "./neighbours";
import { searchBlocks } from "./palette";
import { spatialIndex } from "./spatial";
import { type BlockSpec, blocksOf, PIN_KINDS } from "./spec";
import { BLOCKS, calculator, largeAgent, SPECS, withBody } from "./testing/agents";

describe("endpoints", () => {
  it.each(["a.value", "feed.entries[0].title", "tpl.values.title", "抓取.正文", "a-b.x[-1]"])(
    "%s",
    (text) => {
      const end = parseEndpoint(text);
      expect(end && printEndpoint(end)).toBe(text);
    },
  );
  it.each(["", "a", "a.", ".b", "a.b[", "a b.c", 3, null])("refuses %s", (text) => {
    expect(parseEndpoint(text)).toBeNull();
  });
});

describe("types", () => {
  it("every kind takes itself and anything goes both ways", () => {
    for (const kind of PIN_KINDS) {
      expect(canBecome({ kind }, { kind })).toBe(true);
      expect(canBecome({ kind }, { kind: "any" }) && canBecome({ kind: "any" }, { kind })).toBe(
        true,
      );
    }
  });
  it("a list takes a single item of its kind and refuses another", () => {
    expect(canBecome({ kind: "number" }, { kind: "list", item: "number" })).toBe(true);
    expect(canBecome({ kind: "file" }, { kind: "list", item: "number" })).toBe(false);
  });
  it("a file does not become text", () => {
    expect(BECOMES.text.has("file")).toBe(false);
  });
});

describe("canConnect", () => {
  const graph = toGraph({
    nodes: {
      ...calculator().nodes,
      read: { block: "file.read" },
      split: { block: "text.split" },
      chat: { block: "ai.chat" },
    },
    links: calculator().links ?? [],
  });
  const verdict = (from: string, to: string) => {
    const [source, target] = [parseEndpoint(from), parseEndpoint(to)];
    return source && target ? canConnect(graph, BLOCKS, source, target) : null;
  };
  it("allows what converts", () =>
    expect(verdict("add.result", "split.text")).toEqual({ ok: true }));
  it("allows a cycle", () => expect(verdict("add.result", "add.a")).toEqual({ ok: true }));
  it.each([
    ["add.result", "add.b", "self_link"],
    ["a.value", "add.a", "already_linked"],
    ["a.value", "gone.a", "unknown_node"],
    ["a.nope", "add.a", "unknown_pin"],
    ["a.value", "read.file", "type_mismatch"],
  ])("%s -> %s is refused: %s", (from, to, reason) => {
    expect(verdict(from, to)).toMatchObject({ ok: false, reason });
  });
  it("names both types when they do not meet", () => {
    expect(verdict("chat.usage", "add.a")).toMatchObject({
      params: { from: "object", to: "number" },
    });
  });
  it("does not judge the type behind a path", () => {
    expect(verdict("chat.usage.tokens", "add.a")).toEqual({ ok: true });
  });
  it("picks the first free fitting pin of a node", () => {
    const end = { node: "a", pin: "value", side: "out" } as const;
    expect(bestPin(graph, BLOCKS, end, "add")?.pin).toBe("b");
    expect(bestPin(graph, BLOCKS, end, "read")).toBeNull();
  });
});

describe("versions of blocks", () => {
  const version = (number: number, more: Partial<BlockSpec> = {}): BlockSpec => ({
    ...{ id: "my.say", version: number, title: `Say ${number}`, category: "text" },
    ...{ inputs: [], outputs: [], ...more },
  });
  const found = blocksOf([version(3, { aliases: ["old.say"] }), version(1)]);

  it("lists the newest, and finds each by its version", () => {
    expect(found.list().map((spec) => spec.version)).toEqual([3]);
    const asked = ["my.say", "my.say@3", "my.say@1", "old.say", "old.say@3"];
    expect(asked.map((id) => found.find(id)?.version)).toEqual([3, 3, 1, 3, 3]);
  });
  it("shows a version that is gone as the newest", () => {
    expect(found.find("my.say@2")?.version).toBe(3);
    expect(found.find("your.say@2")).toBeUndefined();
  });
});

describe("findings", () => {
  it("sees a missing input, an unknown block and a link to nowhere", () => {
    const graph = toGraph({
      nodes: { x: { block: "text.split" }, y: { block: "no.such" } },
      links: ["x.piece -> z.q"],
    });
    expect(quickFindings(graph, BLOCKS).map((each) => each.code)).toEqual([
      "missing_input",
      "unknown_block",
      "unknown_node",
    ]);
  });
  it("leaves a missing block to the server where that knows why", () => {
    const graph = toGraph({ nodes: { y: { block: "no.such@2" } }, links: [] });
    const broken = { code: "broken_block", severity: "error", node: "y", pin: null, link: null };
    const merged = mergeFindings(graph, quickFindings(graph, BLOCKS), [
      { ...broken, params: {}, severity: "error", message: "line 3" },
    ]);
    expect(merged.map(({ code, message }) => [code, message])).toEqual([
      ["broken_block", "line 3"],
    ]);
  });
  it("says nothing of a good graph", () => {
    expect(quickFindings(toGraph(calculator()), BLOCKS)).toEqual([]);
  });
  it("names nodes in bodies by their path", () => {
    const agent = withBody();
    const graph = toGraph({ ...agent, links: [] });
    const inner = graph.nodes.each?.body;
    expect(inner && quickFindings(inner, BLOCKS, ["each"])).toEqual([]);
    expect(
      quickFindings(graph, BLOCKS).some((each) => each.node === "each" && each.pin === "items"),
    ).toBe(true);
  });
  it("drops server findings of repaired and deleted nodes and keeps the others", () => {
    const graph = toGraph(calculator());
    const at = (code: string, node: string) => ({
      code,
      severity: "error" as const,
      node,
      pin: null,
      link: null,
      params: {},
    });
    const merged = mergeFindings(
      graph,
      [],
      [at("missing_input", "add"), at("cycle_without_exit", "add"), at("bad_path", "gone")],
    );
    expect(merged.map((each) => each.code)).toEqual(["cycle_without_exit"]);
  });
});

describe("clipboard", () => {
  const editor = createEditor({
    tree: {
      nodes: {
        ...withBody().nodes,
        chat: { block: "ai.chat", with: { prompt: "hi", key: "s3cret" } },
      },
      links: withBody().links ?? [],
    },
    blocks: BLOCKS,
  });
  const all = new Set(editor.graph().nodeOrder);

  it("never carries a secret", () => {
    expect(copyNodes(editor.view(), BLOCKS, all)).not.toContain("s3cret");
  });
  it("pastes the same nodes and links under new ids", () => {
    const clip = readClip(copyNodes(editor.view(), BLOCKS, all));
    const other = createEditor({ tree: {}, blocks: BLOCKS });
    const command = clip && pasteCommand(other.graph(), clip, { x: 0, y: 0 });
    expect(command && other.dispatch(command)).toBe(true);
    expect(other.graph().nodeOrder).toEqual([...all]);
    expect(other.tree().links).toEqual(editor.tree().links);
    const again = clip && pasteCommand(other.graph(), clip, { x: 0, y: 0 });
    expect(again && other.dispatch(again)).toBe(true);
    expect(new Set(other.graph().nodeOrder).size).toBe(all.size * 2);
    other.undo();
    expect(other.graph().nodeOrder).toEqual([...all]);
  });
  it("keeps secrets in a duplicate, which stays inside the agent", () => {
    const command = duplicateCommand(editor.view(), new Set(["chat"]));
    expect(command?.nodes[0]?.node.with).toEqual({ prompt: "hi", key: "s3cret" });
  });
  it.each(["", "hello", "{}", "[1]", '{"nodes":{}}', '{"nodes":{"a":1}}'])(
    "does not take %s for nodes",
    (text) => {
      expect(readClip(text)).toBeNull();
    },
  );
});

describe("palette", () => {
  const first = (text: string) => searchBlocks(SPECS, { text })[0]?.spec.id;
  it.each([
    ["split", "text.split"],
    ["切分", "text.split"],
    ["qiefen", "text.split"],
    ["dmx", "ai.chat"],
    ["calc", "math.calculate"],
    ["clcl", "math.calculate"],
    ["math.c", "math.calculate"],
  ])("%s finds %s", (text, id) => expect(first(text)).toBe(id));
  it("finds nothing for nonsense", () => expect(first("zzzz")).toBeUndefined());
  it("offers only blocks that take a file, with the pin", () => {
    const hits = searchBlocks(SPECS, { joins: { type: { kind: "file" }, side: "out" } });
    expect(hits.map((hit) => [hit.spec.id, hit.pin])).toEqual([
      ["file.read", "file"],
      ["io.output", "value"],
    ]);
  });
  it("puts recent blocks first when nothing is typed", () => {
    expect(searchBlocks(SPECS, { recent: ["file.read"] })[0]?.spec.id).toBe("file.read");
  });
});

describe("layout", () => {
  const editor = createEditor({ tree: { ...largeAgent(60) }, blocks: BLOCKS });
  it("tidies without overlaps", () => {
    const places = tidy(tidyRequest(editor.view(), new Set()));
    editor.dispatch({ type: "move", places, as: "tidy" });
    const boxes = editor.view().nodes.map((node) => node.box);
    for (const [index, box] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) expect(overlaps(box, other)).toBe(false);
    }
  });
  it("finds what is in a rectangle and under a point", () => {
    const view = editor.view();
    const area = { x: 100, y: 100, width: 900, height: 500 };
    const found = spatialIndex(view)
      .within(area)
      .map((node) => node.id)
      .sort();
    expect(found).toEqual(
      view.nodes
        .filter((node) => overlaps(node.box, area))
        .map((node) => node.id)
        .sort(),
    );
    const some = view.nodes[5];
    expect(some && spatialIndex(view).at({ x: some.box.x + 5, y: some.box.y + 5 })).toBe(some);
  });
  it("arrows follow links, then the eye", () => {
    const view = createEditor({ tree: largeAgent(9), blocks: BLOCKS }).view();
    expect(neighbour(view, "n0", "right")).toBe("n1");
    expect(neighbour(view, "n1", "left")).toBe("n0");
    expect(neighbour(view, "n0", "down")).toBe("n3");
    expect(neighbour(view, "n0", "up")).toBeNull();
  });
});

describe("drafts", () => {
  it("offers a draft that differs and forgets one that does not", async () => {
    const store = memoryDrafts();
    await store.put(draftOf("a_1", 3, calculator(), 0));
    expect((await recoverable(store, "a_1", {}))?.nodes).toBe(3);
    expect(await recoverable(store, "a_1", calculator())).toBeUndefined();
    expect(await store.find("a_1")).toBeUndefined();
  });
});

it("an endpoint made from parts prints as it reads", () => {
  expect(printEndpoint(endpoint("a", "b", "[0]"))).toBe("a.b[0]");
});
