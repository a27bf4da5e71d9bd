/** The editor's nodes and links as the canvas library wants them; the same object for the same view. */

import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import {
  type Border,
  ERROR_PIN,
  isStep,
  type LinkView,
  type NodeView,
  type PinRef,
  type Point,
  TOOL_PIN,
  TOOL_SPOT,
} from "@/editor";

export type CardNode = Node<{ view: NodeView }, "card" | "note">;
export type LinkEdge = Edge<{ view: LinkView }, "link">;

/** Pins are this large to the pointer, whatever they look like. */
export const PIN_TARGET = 24;

export const handleId = (side: "in" | "out", pin: string): string => `${side}:${pin}`;

/** The pin behind one of the library's handles. */
export function pinRef(node: string, handle: string | null | undefined): PinRef | null {
  const at = handle?.indexOf(":") ?? -1;
  if (!handle || at < 0) return null;
  return { node, pin: handle.slice(at + 1), side: handle.startsWith("in") ? "in" : "out" };
}

/** Where the corner pin for failures sits while no link has given it a row. */
export const errorSpot = (view: NodeView): Point => ({
  x: view.box.width,
  y: view.box.height - 14,
});

/** Whether a node may become a tool: its pin for that is offered while nothing else is linked to it. */
export const offersTool = (view: NodeView): boolean =>
  view.spec !== undefined &&
  view.shape === "card" &&
  isStep(view.spec) &&
  !view.node.body &&
  view.linkedInputs.size === 0 &&
  view.linkedOutputs.size === 0;

export const POSITIONS: Record<Border, Position> = {
  left: Position.Left,
  right: Position.Right,
  top: Position.Top,
  bottom: Position.Bottom,
};

export const hasErrorCorner = (view: NodeView): boolean =>
  view.shape === "card" &&
  view.spec?.role !== "input" &&
  view.spec?.role !== "output" &&
  !view.linkedOutputs.has(TOOL_PIN.name) &&
  !view.pins.outputs.some((pin) => pin.name === ERROR_PIN.name);

function handlesOf(view: NodeView): NodeHandle[] {
  const handle = (
    side: "in" | "out",
    name: string,
    { x, y }: Point,
    border: Border,
  ): NodeHandle => ({
    id: handleId(side, name),
    type: side === "in" ? "target" : "source",
    position: POSITIONS[border],
    x: x - PIN_TARGET / 2,
    y: y - PIN_TARGET / 2,
    width: PIN_TARGET,
    height: PIN_TARGET,
  });
  const handles = view.spots.map((spot) => handle(spot.side, spot.name, spot, spot.border));
  if (hasErrorCorner(view)) handles.push(handle("out", ERROR_PIN.name, errorSpot(view), "right"));
  if (offersTool(view)) handles.push(handle("out", TOOL_PIN.name, TOOL_SPOT, "top"));
  return handles;
}

const nodes = new WeakMap<NodeView, { plain: CardNode; selected?: CardNode }>();

export function flowNode(view: NodeView, selected: boolean): CardNode {
  let kept = nodes.get(view);
  if (!kept) {
    const { x, y, width, height } = view.box;
    const plain: CardNode = {
      id: view.id,
      type: view.shape,
      position: { x, y },
      data: { view },
      width,
      height,
      measured: { width, height },
      handles: handlesOf(view),
      selected: false,
      ...(view.shape === "note" && { zIndex: -1 }),
    };
    kept = { plain };
    nodes.set(view, kept);
  }
  if (!selected) return kept.plain;
  kept.selected ??= { ...kept.plain, selected: true };
  return kept.selected;
}

const edges = new WeakMap<LinkView, { plain: LinkEdge; selected?: LinkEdge }>();

export function flowEdge(view: LinkView, selected: boolean): LinkEdge {
  let kept = edges.get(view);
  if (!kept) {
    const plain: LinkEdge = {
      id: view.id,
      type: "link",
      source: view.from.node,
      target: view.to.node,
      sourceHandle: handleId("out", view.from.pin),
      targetHandle: handleId("in", view.to.pin),
      data: { view },
      selected: false,
    };
    kept = { plain };
    edges.set(view, kept);
  }
  if (!selected) return kept.plain;
  kept.selected ??= { ...kept.plain, selected: true };
  return kept.selected;
}
