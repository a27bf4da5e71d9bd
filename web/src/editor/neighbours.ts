/** Which node the arrow keys go to. */

import { adjacencyOf } from "./adjacency";
import type { Box, Point } from "./geometry";
import type { NodeId } from "./tree";
import type { GraphView } from "./view";

export type Direction = "left" | "right" | "up" | "down";

const middle = (box: Box): Point => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

/** Left and right follow links first; otherwise the nearest node lying that way. */
export function neighbour(view: GraphView, from: NodeId, way: Direction): NodeId | null {
  const here = view.byId.get(from);
  if (!here) return null;
  const { into, outOf } = adjacencyOf(view.graph);
  const along =
    way === "left"
      ? (into.get(from) ?? []).map((link) => link.from?.node)
      : way === "right"
        ? (outOf.get(from) ?? []).map((link) => link.to?.node)
        : [];
  const linked = along.find((id) => id !== undefined && id !== from && view.byId.has(id));
  if (linked) return linked;
  return nearest(view, here.id, way);
}

function nearest(view: GraphView, from: NodeId, way: Direction): NodeId | null {
  const here = view.byId.get(from);
  if (!here) return null;
  const origin = middle(here.box);
  const horizontal = way === "left" || way === "right";
  const sign = way === "right" || way === "down" ? 1 : -1;
  let best: NodeId | null = null;
  let shortest = Number.POSITIVE_INFINITY;
  for (const { id, box } of view.nodes) {
    if (id === from) continue;
    const there = middle(box);
    const ahead = sign * (horizontal ? there.x - origin.x : there.y - origin.y);
    const aside = Math.abs(horizontal ? there.y - origin.y : there.x - origin.x);
    // Within a cone of about sixty degrees to either side.
    if (ahead <= 0 || aside > ahead * 2) continue;
    const distance = ahead + aside * 2;
    if (distance < shortest) [best, shortest] = [id, distance];
  }
  return best;
}
