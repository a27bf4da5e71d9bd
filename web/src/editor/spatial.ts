/** Finds the nodes in a rectangle or under a point without looking at all of them. */

import { type Box, contains, overlaps, type Point } from "./geometry";
import type { GraphView, NodeView } from "./view";

const CELL = 512;

export interface SpatialIndex {
  within(area: Box): NodeView[];
  /** The topmost node under a point; cards lie above notes. */
  at(point: Point): NodeView | undefined;
}

const known = new WeakMap<GraphView, SpatialIndex>();

export function spatialIndex(view: GraphView): SpatialIndex {
  const kept = known.get(view);
  if (kept) return kept;
  const cells = new Map<string, NodeView[]>();
  for (const node of view.nodes) {
    for (const key of cellsOf(node.box)) {
      const cell = cells.get(key);
      if (cell) cell.push(node);
      else cells.set(key, [node]);
    }
  }
  const index: SpatialIndex = {
    within: (area) => {
      if (area.width * area.height > CELL * CELL * 400) {
        return view.nodes.filter((node) => overlaps(node.box, area));
      }
      const found = new Set<NodeView>();
      for (const key of cellsOf(area)) {
        for (const node of cells.get(key) ?? []) if (overlaps(node.box, area)) found.add(node);
      }
      return [...found];
    },
    at: (point) => {
      const hits = (cells.get(keyOf(point.x, point.y)) ?? []).filter((node) =>
        contains(node.box, point),
      );
      return hits.findLast((node) => node.shape === "card") ?? hits.at(-1);
    },
  };
  known.set(view, index);
  return index;
}

const keyOf = (x: number, y: number): string => `${Math.floor(x / CELL)},${Math.floor(y / CELL)}`;

function* cellsOf(box: Box): Generator<string> {
  for (let x = Math.floor(box.x / CELL); x * CELL <= box.x + box.width; x += 1) {
    for (let y = Math.floor(box.y / CELL); y * CELL <= box.y + box.height; y += 1)
      yield `${x},${y}`;
  }
}
