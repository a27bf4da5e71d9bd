/** The link while it is being pulled, in its type's colour. */

import type { ConnectionLineComponentProps } from "@xyflow/react";
import { isToolType } from "@/editor";
import { useCanvas } from "./context";
import { curveBetween, curvePath, toolCurve } from "./curve";
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
  const middle = { x: fromX, y: fromY };
  const pointer = { x: toX, y: toY };
  const type = end ? gestures.typeAt(end) : null;
  const tool = type !== null && isToolType(type);
  const between = tool ? toolCurve : curveBetween;
  const curve = end?.side === "in" ? between(pointer, middle) : between(middle, pointer);
  return (
    <path
      d={curvePath(curve)}
      className={refused ? "lb-loose lb-loose-refused" : "lb-loose"}
      style={{
        stroke: refused ? "var(--bad)" : `var(--kind-${tool ? "tool" : (type?.kind ?? "any")})`,
      }}
    />
  );
}
