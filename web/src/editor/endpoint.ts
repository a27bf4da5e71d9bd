/** One end of a link as text: `node.pin` and an optional path such as `[0].title`. */

import type { NodeId } from "./tree";

export interface Endpoint {
  node: NodeId;
  pin: string;
  /** The path suffix exactly as written, with its leading `.` or `[`; empty for the whole value. */
  path: string;
}

const SHAPE = /^([^.[\]\s]+)\.([^.[\]]+)((?:\.[^.[\]]+|\[-?\d+\])*)$/;
const ARROW = /^\s*(.+?)\s*->\s*(.+?)\s*$/;

/** The parts of `feed.entries[0].title`, or `null` if the text is not an endpoint. */
export function parseEndpoint(text: unknown): Endpoint | null {
  const match = typeof text === "string" ? SHAPE.exec(text.trim()) : null;
  if (!match) return null;
  const [, node = "", pin = "", path = ""] = match;
  return { node, pin, path };
}

export const printEndpoint = (end: Endpoint): string => `${end.node}.${end.pin}${end.path}`;

export const printLink = (from: Endpoint, to: Endpoint): string =>
  `${printEndpoint(from)} -> ${printEndpoint(to)}`;

/** Both ends of `a.value -> add.a` as text, or `null`. */
export function splitArrow(text: string): [string, string] | null {
  const match = ARROW.exec(text);
  return match ? [match[1] ?? "", match[2] ?? ""] : null;
}

export const sameEnd = (a: Endpoint, b: Endpoint): boolean =>
  a.node === b.node && a.pin === b.pin && a.path === b.path;

export const endpoint = (node: NodeId, pin: string, path = ""): Endpoint => ({ node, pin, path });
