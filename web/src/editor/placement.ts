/** Where nodes without a place of their own stand: columns along the links, sources left. */

import { adjacencyOf, isTool, topological } from "./adjacency";
import type { Point } from "./geometry";
import type { Graph } from "./graph";
import type { NodeId } from "./tree";

const COLUMN_GAP = 84;
const ROW_GAP = 40;

export interface Sized {
  id: NodeId;
  width: number;
  height: number;
}

/**
 * Layers by longest path from a source, one under another within a layer. Deterministic and quick enough
 * to run on opening; "tidy" gives the careful layout.
 */
export function columns(graph: Graph, sizes: readonly Sized[], origin: Point): Map<NodeId, Point> {
  const { into, outOf } = adjacencyOf(graph);
  const order = topological(graph);
  const tools = new Set(order.filter((id) => isTool(graph, id)));
  const wanted = new Map(sizes.map((size) => [size.id, size]));
  const layer = new Map<NodeId, number>();
  for (const id of order) {
    let depth = 0;
    if (tools.has(id)) continue;
    for (const link of into.get(id) ?? []) {
      const source = link.from && layer.get(link.from.node);
      if (source !== null && source !== undefined) depth = Math.max(depth, source + 1);
    }
    layer.set(id, depth);
  }
  // A tool stands under whoever uses it; the last in order is nearest to the one that is no tool itself.
  for (const id of [...tools].reverse()) {
    const users = (outOf.get(id) ?? []).flatMap((link) => layer.get(link.to?.node ?? "") ?? []);
    layer.set(id, users[0] ?? 0);
  }
  const rows = new Map<number, number>();
  const places = new Map<NodeId, Point>();
  for (const [id, depth] of layer) {
    const size = wanted.get(id);
    if (!size) continue;
    const y = rows.get(depth) ?? origin.y;
    places.set(id, { x: origin.x + depth * (216 + COLUMN_GAP), y });
    rows.set(depth, y + size.height + ROW_GAP);
  }
  return places;
}
