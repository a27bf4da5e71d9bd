/** Random things a person could do, for tests that need many. */

import type { Command } from "../commands";
import type { Editor } from "../editor";
import { endpoint } from "../endpoint";
import type { GraphPath, LinkId, NodeId } from "../tree";

interface Chance {
  random: () => number;
  pick: <Item>(items: readonly Item[]) => Item;
  at: () => [number, number];
  /** An id nobody has. */
  fresh: string;
}

interface Place {
  path: GraphPath;
  nodes: readonly NodeId[];
  links: readonly LinkId[];
  id: NodeId;
}

/** Some command at this moment, at the root or in the body of `each`; it may turn out to change nothing. */
export function randomCommand(random: () => number, editor: Editor): Command {
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item;
  const at = (): [number, number] => [Math.floor(random() * 900), Math.floor(random() * 900)];
  const chance: Chance = { random, pick, at, fresh: `n${Math.floor(random() * 1e9)}` };
  const path = pick<GraphPath>([[], [], ["each"]]);
  const { doc } = editor.getState();
  const graph = path.length > 0 ? doc.nodes.each?.body : doc;
  const nodes = graph?.nodeOrder ?? [];
  const place: Place = { path, nodes, links: graph?.linkOrder ?? [], id: pick(nodes) ?? "a" };
  return pick([...onNodes(chance, place), ...onLinks(chance, place), ...onValues(chance, place)])();
}

function onNodes(
  { pick, at, fresh, random }: Chance,
  { path, nodes, id }: Place,
): (() => Command)[] {
  const block = "math.calculate";
  const all = (): Record<NodeId, [number, number]> =>
    Object.fromEntries(nodes.map((each) => [each, at()]));
  return [
    () => ({ type: "add", nodes: [{ id: fresh, node: { block, at: at() } }], path }),
    () => ({
      type: "add",
      nodes: [{ id: fresh, node: { block: "text.split" } }],
      links: [`${id}.result -> ${fresh}.text`],
      path,
    }),
    () => ({ type: "move", places: { [id]: at() }, path }),
    () => ({ type: "move", places: all(), as: "tidy", path }),
    () => ({ type: "resize", id, size: at(), path }),
    () => ({
      type: "delete",
      nodes: id === "each" ? [] : [id],
      reconnect: pick([true, false]),
      path,
    }),
    () => ({ type: "rename", id, to: id === "each" || random() < 0.1 ? id : fresh, path }),
  ];
}

function onLinks({ pick, fresh }: Chance, { path, nodes, links, id }: Place): (() => Command)[] {
  const from = endpoint(pick(nodes) ?? "a", "result");
  const to = endpoint(id, pick(["a", "b"]));
  const link = pick(links) ?? "";
  const node = { id: fresh, node: { block: "math.calculate" } };
  return [
    () => ({ type: "delete", links: [link], path }),
    () => ({ type: "link", from, to, path }),
    () => ({ type: "link", from, to, sticky: true, path }),
    () => ({ type: "relink", id: link, to, path }),
    () => ({ type: "setLink", id: link, sticky: pick([true, false, undefined]), path }),
    () => ({ type: "splice", link, node, input: "a", output: "result", path }),
  ];
}

function onValues({ pick, random }: Chance, { path, id }: Place): (() => Command)[] {
  const key = pick(["title", "note", "disabled", "retry"]);
  return [
    () => ({
      type: "setField",
      id,
      name: pick(["a", "b", "operation"]),
      value: pick([random(), "x", undefined]),
      path,
    }),
    () => ({
      type: "setNode",
      ids: [id],
      key,
      value: pick(["t", true, { attempts: 2 }, undefined]),
      path,
    }),
    () => ({
      type: "setBody",
      id: "each",
      key: pick(["parallel", "over"]),
      value: pick([1, 2, undefined]),
    }),
    () => ({
      type: "setAgent",
      key: pick(["name", "description", "settings"]),
      value: pick(["n", { on_error: "continue" }, undefined]),
    }),
  ];
}
