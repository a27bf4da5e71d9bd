/** The shape of a link between two points, and how near another point comes to it. */

import type { Point } from "@/editor";

/** A cubic curve: both ends, and the control points beside them. */
export interface Curve {
  from: Point;
  to: Point;
  leaving: Point;
  arriving: Point;
}

export function curveBetween(from: Point, to: Point): Curve {
  const across = to.x - from.x;
  const reach =
    across >= 0
      ? Math.max(24, Math.min(across / 2, 160))
      : Math.min(60 + Math.abs(across) * 0.35, 260);
  return {
    from,
    to,
    leaving: { x: from.x + reach, y: from.y },
    arriving: { x: to.x - reach, y: to.y },
  };
}

/** From the upper border of a tool to the lower border of whoever uses it. */
export function toolCurve(from: Point, to: Point): Curve {
  const up = from.y - to.y;
  const reach =
    up >= 0 ? Math.max(24, Math.min(up / 2, 120)) : Math.min(60 + Math.abs(up) * 0.35, 200);
  return {
    from,
    to,
    leaving: { x: from.x, y: from.y - reach },
    arriving: { x: to.x, y: to.y + reach },
  };
}

export const curvePath = ({ from, to, leaving, arriving }: Curve): string =>
  `M${from.x},${from.y} C${leaving.x},${leaving.y} ${arriving.x},${arriving.y} ${to.x},${to.y}`;

export function pointOn({ from, to, leaving, arriving }: Curve, at: number): Point {
  const back = 1 - at;
  const mix = (a: number, b: number, c: number, d: number): number =>
    back ** 3 * a + 3 * back * back * at * b + 3 * back * at * at * c + at ** 3 * d;
  return {
    x: mix(from.x, leaving.x, arriving.x, to.x),
    y: mix(from.y, leaving.y, arriving.y, to.y),
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
