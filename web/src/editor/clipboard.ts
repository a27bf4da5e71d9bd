/** Copying nodes as plain JSON text, and making a command of such text again. */

import type { Command, NewNode } from "./commands";
import { printEndpoint, printLink } from "./endpoint";
import { boundsOf, type Point, snap } from "./geometry";
import {
  freshId,
  type Graph,
  type GraphNode,
  linksOf,
  nodesOf,
  nodeTree,
  toGraph,
  toTree,
} from "./graph";
import type { Blocks } from "./spec";
import type { GraphTree, LinkTree, NodeId, NodeTree } from "./tree";
import type { GraphView } from "./view";

/** What lies on the clipboard; a whole agent document can be pasted too. */
export interface Clip extends GraphTree {
  "luban-clip"?: 1;
}

/** For blocks not known here nobody can say which field is secret, so by its name. */
const SOUNDS_SECRET = /secret|password|passwd|token|api_?key|credential/i;

/** The chosen nodes and the links among them, without any secret. */
export function copyNodes(view: GraphView, blocks: Blocks, ids: ReadonlySet<NodeId>): string {
  const nodes: Record<NodeId, NodeTree> = {};
  for (const { id, node, box } of view.nodes) {
    if (!ids.has(id)) continue;
    nodes[id] = { ...withoutSecrets(node, blocks), at: [Math.round(box.x), Math.round(box.y)] };
  }
  const links = linksOf(view.graph)
    .filter(({ from, to }) => from && to && ids.has(from.node) && ids.has(to.node))
    .map((link) => link.tree);
  const clip: Clip = { "luban-clip": 1, nodes, links };
  return JSON.stringify(clip, null, 2);
}

function withoutSecrets(node: GraphNode, blocks: Blocks): NodeTree {
  const { body, ...rest } = node;
  const spec = blocks.find(node.block);
  const secret = (name: string): boolean =>
    spec ? spec.inputs.some((pin) => pin.name === name && pin.secret) : SOUNDS_SECRET.test(name);
  const kept: NodeTree = { ...rest };
  if (node.with) {
    kept.with = Object.fromEntries(Object.entries(node.with).filter(([name]) => !secret(name)));
  }
  if (body) {
    const nodes = nodesOf(body).map(([id, inner]) => [id, withoutSecrets(inner, blocks)] as const);
    kept.body = { ...toTree(body), nodes: Object.fromEntries(nodes) };
  }
  return kept;
}

/** The nodes in a text somebody copied, or `null` if it holds none. */
export function readClip(text: string): Clip | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const clip = value as Clip | null;
  if (typeof clip !== "object" || clip === null || typeof clip.nodes !== "object") return null;
  if (Array.isArray(clip.nodes)) return null;
  const nodes = Object.values(clip.nodes ?? {});
  const looksRight = (node: unknown): boolean =>
    typeof node === "object" && node !== null && ("block" in node || "body" in node);
  return nodes.length > 0 && nodes.every(looksRight) ? clip : null;
}

/**
 * The command that adds a clip with its upper left corner at `corner`, under ids not in use.
 */
export function pasteCommand(
  graph: Graph,
  clip: Clip,
  corner: Point,
  as: "paste" | "duplicate" = "paste",
): Extract<Command, { type: "add" }> {
  const ids = new Map<NodeId, NodeId>();
  const taken = new Set(graph.nodeOrder);
  for (const id of Object.keys(clip.nodes ?? {})) {
    const fresh = freshId((each) => taken.has(each), id);
    taken.add(fresh);
    ids.set(id, fresh);
  }
  const shift = shiftTo(clip, corner);
  const nodes: NewNode[] = Object.entries(clip.nodes ?? {}).map(([id, node]) => {
    const [x, y] = node.at ?? [0, 0];
    return { id: ids.get(id) ?? id, node: { ...node, at: [x + shift.x, y + shift.y] } };
  });
  return { type: "add", nodes, links: movedLinks(clip, ids), as };
}

function shiftTo(clip: Clip, corner: Point): Point {
  const corners = Object.values(clip.nodes ?? {}).map(({ at: [x, y] = [0, 0] }) => ({ x, y }));
  const bounds = boundsOf(corners.map((each) => ({ ...each, width: 0, height: 0 })));
  return { x: snap(corner.x - (bounds?.x ?? 0)), y: snap(corner.y - (bounds?.y ?? 0)) };
}

function movedLinks(clip: Clip, ids: ReadonlyMap<NodeId, NodeId>): LinkTree[] {
  const links = linksOf(toGraph({ links: clip.links ?? [] }));
  return links.flatMap<LinkTree>(({ from, to, tree }) => {
    const [source, target] = [from && ids.get(from.node), to && ids.get(to.node)];
    if (!from || !to || !source || !target) return [];
    const ends = [
      { ...from, node: source },
      { ...to, node: target },
    ] as const;
    if (typeof tree === "string") return [printLink(...ends)];
    return [{ ...tree, from: printEndpoint(ends[0]), to: printEndpoint(ends[1]) }];
  });
}

/** The command that puts a copy of the chosen nodes beside them, or as far away as `by`. */
export function duplicateCommand(
  view: GraphView,
  ids: ReadonlySet<NodeId>,
  by: Point = { x: 30, y: 30 },
): Extract<Command, { type: "add" }> | null {
  const chosen = view.nodes.filter((node) => ids.has(node.id));
  const bounds = boundsOf(chosen.map((node) => node.box));
  if (!bounds) return null;
  const nodes = Object.fromEntries(
    chosen.map(({ id, node, box }) => [id, { ...nodeTree(node), at: [box.x, box.y] }]),
  ) as Record<NodeId, NodeTree>;
  const links = linksOf(view.graph).map((link) => link.tree);
  return pasteCommand(
    view.graph,
    { nodes, links },
    { x: bounds.x + by.x, y: bounds.y + by.y },
    "duplicate",
  );
}
