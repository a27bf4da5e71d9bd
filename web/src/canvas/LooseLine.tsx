/** The link while it is being pulled, in its type's colour. */

import type { ConnectionLineComponentProps } from "@xyflow/react";
import { useCanvas } from "./context";
import { curveBetween, curvePath } from "./curve";
import { pinRef } from "./flow";

export function LooseLine({
  fromNode,
  fromHandle,
  fromX,
  fromY,
  toX,
  toY,
  connectionStatus,
}: ConnectionLineComponentProps) {
  const { gestures } = useCanvas();
  const end = pinRef(fromNode.id, fromHandle.id);
  const refused = connectionStatus === "invalid";
  const kind = (end && gestures.typeAt(end)?.kind) ?? "any";
  const middle = { x: fromX, y: fromY };
  const pointer = { x: toX, y: toY };
  const curve = end?.side === "in" ? curveBetween(pointer, middle) : curveBetween(middle, pointer);
  return (
    <path
      d={curvePath(curve)}
      className={refused ? "lb-loose lb-loose-refused" : "lb-loose"}
      style={{ stroke: refused ? "var(--bad)" : `var(--kind-${kind})` }}
    />
  );
}
