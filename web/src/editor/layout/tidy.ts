/** The careful layout: left to right by dagre, links as short and straight as it can. */

import { Graph as Dagre, layout } from "@dagrejs/dagre";
import type { NodeId } from "../tree";

export interface TidyRequest {
  nodes: readonly { id: NodeId; width: number; height: number }[];
  links: readonly (readonly [NodeId, NodeId])[];
  origin: { x: number; y: number };
}

export type TidyResult = Record<NodeId, [number, number]>;

/** Upper left corners, the layout's own corner at the origin asked for. Deterministic. */
export function tidy(request: TidyRequest): TidyResult {
  const graph = new Dagre({ multigraph: false });
  graph.setGraph({ rankdir: "LR", nodesep: 40, ranksep: 84 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of request.nodes) graph.setNode(id, { width, height });
  const known = new Set(request.nodes.map((node) => node.id));
  for (const [from, to] of request.links) {
    if (from !== to && known.has(from) && known.has(to)) graph.setEdge(from, to);
  }
  layout(graph);
  const corners = request.nodes.map(({ id, width, height }) => {
    const middle = graph.node(id) as { x: number; y: number };
    return { id, x: middle.x - width / 2, y: middle.y - height / 2 };
  });
  const left = Math.min(...corners.map((corner) => corner.x));
  const top = Math.min(...corners.map((corner) => corner.y));
  return Object.fromEntries(
    corners.map(({ id, x, y }) => [
      id,
      [Math.round(x - left + request.origin.x), Math.round(y - top + request.origin.y)],
    ]),
  ) as TidyResult;
}
