/** The shape of a link between two points, and how near another point comes to it. */

import type { Point } from "@/editor";

export interface Curve {
  from: Point;
  to: Point;
  /** How far the control points reach out to the side. */
  reach: number;
}

export function curveBetween(from: Point, to: Point): Curve {
  const across = to.x - from.x;
  const reach =
    across >= 0
      ? Math.max(24, Math.min(across / 2, 160))
      : Math.min(60 + Math.abs(across) * 0.35, 260);
  return { from, to, reach };
}

export const curvePath = ({ from, to, reach }: Curve): string =>
  `M${from.x},${from.y} C${from.x + reach},${from.y} ${to.x - reach},${to.y} ${to.x},${to.y}`;

export function pointOn({ from, to, reach }: Curve, at: number): Point {
  const back = 1 - at;
  const mix = (a: number, b: number, c: number, d: number): number =>
    back ** 3 * a + 3 * back * back * at * b + 3 * back * at * at * c + at ** 3 * d;
  return {
    x: mix(from.x, from.x + reach, to.x - reach, to.x),
    y: mix(from.y, from.y, to.y, to.y),
  };
}

/** The distance of a point from the curve, close enough for a pointer. */
export function distanceTo(curve: Curve, point: Point): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let step = 0; step <= 20; step += 1) {
    const on = pointOn(curve, step / 20);
    nearest = Math.min(nearest, Math.hypot(on.x - point.x, on.y - point.y));
  }
  return nearest;
}
