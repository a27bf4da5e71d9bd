/** Which links touch which node and pin of one graph; computed once per graph value. */

import type { Graph, GraphLink } from "./graph";
import { linksOf } from "./graph";
import { TOOL_PIN } from "./spec";
import type { NodeId } from "./tree";

export interface Adjacency {
  /** Links into a node, in file order. */
  into: ReadonlyMap<NodeId, readonly GraphLink[]>;
  outOf: ReadonlyMap<NodeId, readonly GraphLink[]>;
}

/** Whether a link makes a node a tool of another; it carries no values. */
export const isToolLink = (link: GraphLink): boolean => link.from?.pin === TOOL_PIN.name;

/** Whether a node is a tool: it only runs when it is used. */
export const isTool = (graph: Graph, id: NodeId): boolean =>
  (adjacencyOf(graph).outOf.get(id) ?? []).some(isToolLink);

const known = new WeakMap<Graph["links"], { order: readonly string[]; adjacency: Adjacency }>();

export function adjacencyOf(graph: Graph): Adjacency {
  const kept = known.get(graph.links);
  if (kept && kept.order === graph.linkOrder) return kept.adjacency;
  const into = new Map<NodeId, GraphLink[]>();
  const outOf = new Map<NodeId, GraphLink[]>();
  const push = (map: Map<NodeId, GraphLink[]>, node: NodeId, link: GraphLink): void => {
    const list = map.get(node);
    if (list) list.push(link);
    else map.set(node, [link]);
  };
  for (const link of linksOf(graph)) {
    if (link.to) push(into, link.to.node, link);
    if (link.from) push(outOf, link.from.node, link);
  }
  const adjacency = { into, outOf };
  known.set(graph.links, { order: graph.linkOrder, adjacency });
  return adjacency;
}

/** Node ids along the links, sources first; nodes on a cycle keep the order of the file. */
export function topological(graph: Graph): NodeId[] {
  const { into, outOf } = adjacencyOf(graph);
  const waiting = new Map<NodeId, number>();
  for (const id of graph.nodeOrder) {
    const sources = (into.get(id) ?? []).filter(
      (link) => link.from && link.from.node in graph.nodes,
    );
    waiting.set(id, sources.length);
  }
  const order: NodeId[] = [];
  const seen = new Set<NodeId>();
  const visit = (start: NodeId): void => {
    const queue = [start];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      if (seen.has(id)) continue;
      seen.add(id);
      order.push(id);
      for (const link of outOf.get(id) ?? []) {
        const next = link.to?.node;
        if (next === undefined || !waiting.has(next)) continue;
        const left = (waiting.get(next) ?? 0) - 1;
        waiting.set(next, left);
        if (left <= 0) queue.push(next);
      }
    }
  };
  for (const id of graph.nodeOrder) if (waiting.get(id) === 0) visit(id);
  for (const id of graph.nodeOrder) visit(id);
  return order;
}
