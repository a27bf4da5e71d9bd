/** How large a node is and where its pins sit, computed from its pins without any measuring. */

import type { GraphNode } from "./graph";
import { isToolPin, type Pin, type Pins } from "./pins";

export const NODE_WIDTH = 216;
export const HEADER_HEIGHT = 42;
export const ROW_HEIGHT = 20;
export const PREVIEW_HEIGHT = 56;
export const PIN_GAP = 8;
export const NOTE_SIZE: readonly [number, number] = [200, 80];
export const GRID = 10;

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

export interface PinSpot extends Point {
  side: "in" | "out";
  name: string;
  /** Which border of the card it sits on. */
  border: Border;
}

export type Border = "left" | "right" | "top" | "bottom";

/** The room a node's card takes. A collapsed node is its header alone. */
export function cardSize(node: GraphNode, pins: Pins): { width: number; height: number } {
  if (node.collapsed) return { width: NODE_WIDTH, height: HEADER_HEIGHT };
  const rows = rowCount(pins);
  return {
    width: NODE_WIDTH,
    height: HEADER_HEIGHT + rows * ROW_HEIGHT + (rows > 0 ? PIN_GAP : 0) + PREVIEW_HEIGHT,
  };
}

export function noteSize(node: GraphNode): { width: number; height: number } {
  const [width, height] = isPair(node.size) ? node.size : NOTE_SIZE;
  return { width, height };
}

/** How many rows of pins a card has; tool pins have their own places. */
export const rowCount = (pins: Pins): number =>
  Math.max(rowPins(pins.inputs).length, rowPins(pins.outputs).length);

export const rowPins = (pins: readonly Pin[]): readonly Pin[] =>
  pins.some(isToolPin) ? pins.filter((pin) => !isToolPin(pin)) : pins;

/** Where a node is linked as a tool, relative to its upper left corner. */
export const TOOL_SPOT: Point = { x: NODE_WIDTH / 2, y: 0 };

/** The middle of every pin, relative to the node's upper left corner, inputs first. */
export function pinSpots(node: GraphNode, pins: Pins): PinSpot[] {
  const at = (index: number): number =>
    node.collapsed ? HEADER_HEIGHT / 2 : HEADER_HEIGHT + index * ROW_HEIGHT + ROW_HEIGHT / 2;
  const { height } = cardSize(node, pins);
  const tools = pins.inputs.filter(isToolPin);
  const spot = (pin: Pin, row: number): PinSpot => {
    const { side, name } = pin;
    if (!isToolPin(pin)) {
      const left = side === "in";
      return { side, name, x: left ? 0 : NODE_WIDTH, y: at(row), border: left ? "left" : "right" };
    }
    if (side === "out") return { side, name, ...TOOL_SPOT, border: "top" };
    const part = (tools.indexOf(pin) + 1) / (tools.length + 1);
    return { side, name, x: NODE_WIDTH * part, y: height, border: "bottom" };
  };
  const spots = (side: readonly Pin[]): PinSpot[] => {
    let row = 0;
    return side.map((pin) => spot(pin, isToolPin(pin) ? 0 : row++));
  };
  return [...spots(pins.inputs), ...spots(pins.outputs)];
}

export const isPair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part));

export const snap = (value: number, grid = GRID): number => Math.round(value / grid) * grid;

export const overlaps = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

export const contains = (box: Box, point: Point): boolean =>
  point.x >= box.x &&
  point.x <= box.x + box.width &&
  point.y >= box.y &&
  point.y <= box.y + box.height;

/** The smallest box around all boxes, or `null` around none. */
export function boundsOf(boxes: Iterable<Box>): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  return left === Infinity ? null : { x: left, y: top, width: right - left, height: bottom - top };
}

/** A place for a new box near `wanted` where it covers nothing, looking down and to the right. */
export function freeSpot(wanted: Box, taken: readonly Box[]): Point {
  const margin = GRID * 2;
  const spot = { ...wanted };
  for (let tries = 0; tries < 50; tries += 1) {
    const hit = taken.find((box) => overlaps(spot, box));
    if (!hit) break;
    if (tries % 2 === 0) spot.y = snap(hit.y + hit.height + margin);
    else spot.x = snap(hit.x + hit.width + margin);
  }
  return { x: spot.x, y: spot.y };
}
