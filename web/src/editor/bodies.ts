/** Nodes with a graph inside: which block stands for them, and how a new one starts. */

import type { GraphNode } from "./graph";
import type { BlockSpec, Blocks } from "./spec";
import type { BodyTree } from "./tree";

const MAP = "body.map";
const LOOP = "body.loop";

export const isBodyBlock = (id: string): boolean => id === MAP || id === LOOP;

/** What a node is: its block, or the block that stands for bodies of its mode. */
export function specOf(node: GraphNode | undefined, blocks: Blocks): BlockSpec | undefined {
  if (!node?.body) return blocks.find(node?.block);
  return blocks.find(node.body.rest.mode === "loop" ? LOOP : MAP);
}

/** The body of a new node: one input joined to one output, for the work to be put between. */
export function newBody(block: string): BodyTree {
  if (block === LOOP) return { mode: "loop", until: "done", max: 10, ...between("value", "done") };
  return { mode: "map", over: "item", parallel: 4, ...between("item", "result") };
}

const between = (from: string, to: string): Pick<BodyTree, "nodes" | "links"> => ({
  nodes: {
    [from]: { block: "io.input", with: { name: from }, at: [0, 0] },
    [to]: { block: "io.output", with: { name: to }, at: [560, 0] },
  },
  links: [`${from}.value -> ${to}.value`],
});
