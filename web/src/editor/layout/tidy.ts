/** The careful layout: left to right by dagre, links as short and straight as it can. */

import { Graph as Dagre, layout } from "@dagrejs/dagre";
import type { NodeId } from "../tree";
import { clusters } from "./tools";

export interface TidyRequest {
  nodes: readonly { id: NodeId; width: number; height: number }[];
  links: readonly (readonly [NodeId, NodeId])[];
  /** Tools and who uses them. */
  tools?: readonly (readonly [NodeId, NodeId])[];
  origin: { x: number; y: number };
}

export type TidyResult = Record<NodeId, [number, number]>;

/** Upper left corners, the layout's own corner at the origin asked for. Deterministic. */
export function tidy(request: TidyRequest): TidyResult {
  const graph = new Dagre({ multigraph: false });
  graph.setGraph({ rankdir: "LR", nodesep: 40, ranksep: 84 });
  graph.setDefaultEdgeLabel(() => ({}));
  const together = clusters(request.nodes, request.tools ?? []);
  for (const [id, { width, height }] of together) graph.setNode(id, { width, height });
  for (const [from, to] of request.links) {
    if (from !== to && together.has(from) && together.has(to)) graph.setEdge(from, to);
  }
  layout(graph);
  const corners = [...together].flatMap(([root, { width, height, places }]) => {
    const middle = graph.node(root) as { x: number; y: number };
    return [...places].map(([id, spot]) => ({
      id,
      x: middle.x - width / 2 + spot.x,
      y: middle.y - height / 2 + spot.y,
    }));
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
