/** Commands about nodes: add, move, resize, delete, set, rename. */

import { canConnect } from "../connect";
import { parseEndpoint, printLink } from "../endpoint";
import { isPair } from "../geometry";
import { addLink, type Graph, type GraphLink, linksOf, relinked, toNode } from "../graph";
import type { LinkTree, NodeId } from "../tree";
import type { CommandKind, NewNode, Situation } from "./command";

const TYPING = 1000;
const NUDGING = 300;

export const add: CommandKind<"add"> = {
  apply(draft, { nodes, links = [] }, situation) {
    settle(draft, situation);
    for (const node of nodes) insert(draft, node);
    for (const link of links) addLink(draft, link);
  },
  label: ({ nodes, as = "add" }) => ({ key: `canvas.did.${as}`, params: { count: nodes.length } }),
};

export const move: CommandKind<"move"> = {
  apply(draft, { places }, situation) {
    settle(draft, situation);
    for (const [id, [x, y]] of Object.entries(places)) {
      const node = draft.nodes[id];
      const [atX, atY] = [Math.round(x), Math.round(y)];
      if (node && !(isPair(node.at) && node.at[0] === atX && node.at[1] === atY))
        node.at = [atX, atY];
    }
  },
  label: ({ places, as = "move" }) => ({
    key: as === "tidy" ? "canvas.did.tidy" : "canvas.did.move",
    params: { count: Object.keys(places).length },
  }),
  group: ({ places, as }) =>
    as === "nudge" ? { key: `nudge ${Object.keys(places).join(" ")}`, within: NUDGING } : null,
};

export const resize: CommandKind<"resize"> = {
  apply(draft, { id, size, at }) {
    const node = draft.nodes[id];
    if (!node) return;
    node.size = [Math.round(size[0]), Math.round(size[1])];
    if (at) node.at = [Math.round(at[0]), Math.round(at[1])];
  },
  label: () => ({ key: "canvas.did.resize", params: {} }),
};

export const remove: CommandKind<"delete"> = {
  apply(draft, { nodes = [], links = [], reconnect = false }, situation) {
    const present = nodes.filter((id) => id in draft.nodes);
    if (present.length > 0) settle(draft, situation);
    const bridges = reconnect ? bridgesOver(situation, new Set(present)) : [];
    for (const id of links) dropLink(draft, id);
    dropNodes(draft, new Set(present));
    for (const bridge of bridges) addLink(draft, bridge);
  },
  label({ nodes = [], links = [] }) {
    return nodes.length > 0
      ? { key: "canvas.did.delete", params: { count: nodes.length } }
      : { key: "canvas.did.unlink", params: { count: links.length } };
  },
};

export const setField: CommandKind<"setField"> = {
  apply(draft, { id, name, value }) {
    const node = draft.nodes[id];
    if (!node) return;
    if (value !== undefined) node.with = assign(node.with, name, value);
    else if (node.with && name in node.with) delete node.with[name];
  },
  label: ({ id, name }, before) => ({
    key: "canvas.did.setField",
    params: { name, node: before.nodes[id]?.title ?? id },
  }),
  group: ({ id, name }) => ({ key: `field ${id} ${name}`, within: TYPING }),
};

export const setNode: CommandKind<"setNode"> = {
  apply(draft, { ids, key, value }) {
    for (const id of ids) {
      const node = draft.nodes[id];
      if (!node) continue;
      if (value === undefined) delete node[key];
      else node[key] = value;
    }
  },
  label: ({ ids, key, value }) => ({
    key: `canvas.did.${KEY_LABELS[key] ?? "setNode"}`,
    params: { count: ids.length, name: key, value: String(value ?? "") },
  }),
  group: ({ ids, key }) =>
    key === "disabled" || key === "collapsed"
      ? null
      : { key: `key ${ids.join(" ")} ${key}`, within: TYPING },
};

const KEY_LABELS: Record<string, string> = {
  title: "title",
  note: "note",
  disabled: "disable",
  collapsed: "collapse",
  retry: "retry",
};

export const setBody: CommandKind<"setBody"> = {
  apply(draft, { id, key, value }) {
    const body = draft.nodes[id]?.body;
    if (!body) return;
    if (value === undefined) delete body.rest[key];
    else body.rest[key] = value;
  },
  label: ({ key }) => ({ key: "canvas.did.setBody", params: { name: key } }),
  group: ({ id, key }) => ({ key: `body ${id} ${key}`, within: TYPING }),
};

export const rename: CommandKind<"rename"> = {
  apply(draft, { id, to }, { before }) {
    const node = draft.nodes[id];
    if (!node || to in draft.nodes || parseEndpoint(`${to}.pin`)?.node !== to) return;
    draft.nodes[to] = node;
    delete draft.nodes[id];
    draft.nodeOrder[draft.nodeOrder.indexOf(id)] = to;
    for (const link of linksOf(before)) {
      if (!link.from || !link.to) continue;
      const from = link.from.node === id ? { ...link.from, node: to } : link.from;
      const target = link.to.node === id ? { ...link.to, node: to } : link.to;
      if (from !== link.from || target !== link.to) {
        draft.links[link.id] = relinked(link, from, target);
      }
    }
  },
  label: ({ id, to }) => ({ key: "canvas.did.rename", params: { from: id, to } }),
};

/** Puts a node into the graph under an id not used yet. */
export function insert(draft: Graph, { id, node }: NewNode): void {
  if (id in draft.nodes) return;
  draft.nodes[id] = toNode(node);
  draft.nodeOrder.push(id);
}

/**
 * Writes down the place of every node that had none, before something changes from which those places
 * were derived: what the person has seen must not jump.
 */
export function settle(draft: Graph, { before, view }: Situation): void {
  if (before.nodeOrder.every((id) => isPair(before.nodes[id]?.at))) return;
  for (const { id, box } of view().nodes) {
    const node = draft.nodes[id];
    if (node && !isPair(node.at)) node.at = [Math.round(box.x), Math.round(box.y)];
  }
}

export function dropLink(draft: Graph, id: string): void {
  if (!(id in draft.links)) return;
  delete draft.links[id];
  draft.linkOrder = draft.linkOrder.filter((each) => each !== id);
}

function dropNodes(draft: Graph, ids: ReadonlySet<NodeId>): void {
  if (ids.size === 0) return;
  for (const id of ids) delete draft.nodes[id];
  draft.nodeOrder = draft.nodeOrder.filter((id) => !ids.has(id));
  const touching = linksOf(draft).filter(
    ({ from, to }) => (from && ids.has(from.node)) || (to && ids.has(to.node)),
  );
  const gone = new Set(touching.map((link) => link.id));
  for (const id of gone) delete draft.links[id];
  if (gone.size > 0) draft.linkOrder = draft.linkOrder.filter((id) => !gone.has(id));
}

/** Links from what fed the deleted nodes to what they fed, where the types allow. */
function bridgesOver({ before, blocks }: Situation, gone: ReadonlySet<NodeId>): LinkTree[] {
  let links: Pick<GraphLink, "from" | "to">[] = linksOf(before);
  for (const id of gone) {
    const feeding = links.filter((link) => link.to?.node === id && link.from?.node !== id);
    const fed = links.filter((link) => link.from?.node === id && link.to?.node !== id);
    const rest = links.filter((link) => link.to?.node !== id && link.from?.node !== id);
    const joined = fed.flatMap(({ to }) => feeding.slice(0, 1).map(({ from }) => ({ from, to })));
    links = [...rest, ...joined];
  }
  const known = new Set<unknown>(linksOf(before));
  return links
    .filter((link) => !known.has(link))
    .flatMap(({ from, to }) =>
      from && to && canConnect(before, blocks, from, to).ok ? [printLink(from, to)] : [],
    );
}

const assign = (
  fields: Record<string, unknown> | undefined,
  name: string,
  value: unknown,
): Record<string, unknown> => {
  if (!fields) return { [name]: value };
  fields[name] = value;
  return fields;
};
