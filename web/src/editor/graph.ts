/** The normalised graph the editor changes, and its lossless conversion from and to the tree. */

import { type Endpoint, parseEndpoint, printEndpoint, printLink, splitArrow } from "./endpoint";
import type { AgentTree, GraphPath, GraphTree, LinkId, LinkTree, NodeId, NodeKeys } from "./tree";

/** A node exactly as in the tree, key order included; only its body is a `Graph`. */
export interface GraphNode extends NodeKeys {
  body?: Graph;
  [unknown: string]: unknown;
}

export interface GraphLink {
  id: LinkId;
  /** `null` where the text cannot be read; such a link is kept and shown as a finding. */
  from: Endpoint | null;
  to: Endpoint | null;
  /** What the file says; always in step with `from` and `to`. */
  tree: LinkTree;
}

/**
 * Nodes and links by id with their order beside them, so that a change touches only its own entry.
 * `rest` holds every other key of the tree (name, settings, mode, over, unknown ones); `keys` the order of all.
 */
export interface Graph {
  nodes: Record<NodeId, GraphNode>;
  nodeOrder: NodeId[];
  links: Record<LinkId, GraphLink>;
  linkOrder: LinkId[];
  nextLink: number;
  rest: Record<string, unknown>;
  keys: string[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function toGraph(tree: GraphTree): Graph {
  const graph: Graph = {
    nodes: {},
    nodeOrder: [],
    links: {},
    linkOrder: [],
    nextLink: 0,
    rest: {},
    keys: Object.keys(tree),
  };
  for (const [key, value] of Object.entries(tree)) {
    if (key === "nodes" && isRecord(value)) readNodes(graph, value as GraphTree["nodes"]);
    else if (key === "links" && Array.isArray(value))
      for (const link of value) addLink(graph, link);
    else graph.rest[key] = value;
  }
  return graph;
}

function readNodes(graph: Graph, nodes: GraphTree["nodes"] = {}): void {
  for (const [id, node] of Object.entries(nodes)) {
    graph.nodeOrder.push(id);
    graph.nodes[id] = toNode(node ?? {});
  }
}

/** A node of the tree with its body, if it has one, normalised in place. */
export function toNode(node: Record<string, unknown>): GraphNode {
  if (!isRecord(node.body)) return node as GraphNode;
  return { ...node, body: toGraph(node.body as GraphTree) };
}

/** Appends a link written in either form and gives it an id. */
export function addLink(graph: Graph, tree: LinkTree): LinkId {
  const id = `l${graph.nextLink}`;
  graph.nextLink += 1;
  graph.links[id] = { id, ...readLink(tree), tree };
  graph.linkOrder.push(id);
  return id;
}

function readLink(tree: LinkTree): Pick<GraphLink, "from" | "to"> {
  const ends = typeof tree === "string" ? splitArrow(tree) : [tree?.from, tree?.to];
  return { from: parseEndpoint(ends?.[0]), to: parseEndpoint(ends?.[1]) };
}

/** The same link between other ends, in the form it was written in, unknown keys kept. */
export function relinked(link: GraphLink, from: Endpoint, to: Endpoint): GraphLink {
  const tree: LinkTree =
    typeof link.tree === "string"
      ? printLink(from, to)
      : { ...link.tree, from: printEndpoint(from), to: printEndpoint(to) };
  return { id: link.id, from, to, tree };
}

export function toTree(graph: Graph): GraphTree {
  const tree: GraphTree = {};
  const put = (key: string): void => {
    if (key === "nodes" && !("nodes" in graph.rest)) tree.nodes = nodesTree(graph);
    else if (key === "links" && !("links" in graph.rest)) tree.links = linksTree(graph);
    else if (key in graph.rest) tree[key] = graph.rest[key];
  };
  for (const key of graph.keys) put(key);
  for (const key of Object.keys(graph.rest)) if (!(key in tree)) put(key);
  if (!tree.nodes && graph.nodeOrder.length > 0) put("nodes");
  if (!tree.links && graph.linkOrder.length > 0) put("links");
  return tree;
}

export const toAgent = (graph: Graph): AgentTree => toTree(graph) as AgentTree;

function nodesTree(graph: Graph): GraphTree["nodes"] {
  const nodes: NonNullable<GraphTree["nodes"]> = {};
  for (const id of graph.nodeOrder) {
    const node = graph.nodes[id];
    if (node) nodes[id] = nodeTree(node);
  }
  return nodes;
}

export function nodeTree(node: GraphNode): Record<string, unknown> {
  return node.body ? { ...node, body: toTree(node.body) } : node;
}

const linksTree = (graph: Graph): LinkTree[] =>
  graph.linkOrder.flatMap((id) => graph.links[id]?.tree ?? []);

/** The graph a path leads to, or `undefined` if a node on the way is gone or has no body. */
export function findGraph(root: Graph, path: GraphPath): Graph | undefined {
  let graph: Graph | undefined = root;
  for (const id of path) graph = graph?.nodes[id]?.body;
  return graph;
}

export const nodesOf = (graph: Graph): [NodeId, GraphNode][] =>
  graph.nodeOrder.flatMap((id) => {
    const node = graph.nodes[id];
    return node ? [[id, node] as [NodeId, GraphNode]] : [];
  });

export const linksOf = (graph: Graph): GraphLink[] =>
  graph.linkOrder.flatMap((id) => graph.links[id] ?? []);

/** An id not used in the graph yet: the stem itself, else with a number. */
export function freshId(taken: (id: NodeId) => boolean, stem: string): NodeId {
  const clean = stem.replace(/[^\p{L}\p{N}_-]/gu, "_").replace(/^[^\p{L}_]+/u, "") || "node";
  if (!taken(clean)) return clean;
  const root = clean.replace(/_\d+$/, "");
  let number = 2;
  while (taken(`${root}_${number}`)) number += 1;
  return `${root}_${number}`;
}

/** What a new node of a block is called: the last part of the block's id. */
export const idStem = (block: string): string => block.split(".").at(-1) ?? block;
