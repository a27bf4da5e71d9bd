// How nodes and pins are named to people in the panes.
import type { BlockSpec, Graph, GraphNode } from "@/editor";
import { type Blocks, declaredPins, isNote, titleOf } from "@/editor";

export function nodeTitle(
  id: string,
  node: GraphNode | undefined,
  blocks: Blocks,
  language: string,
): string {
  const own = typeof node?.title === "string" ? node.title : "";
  const spec = blocks.find(node?.block);
  return own || (spec ? titleOf(spec, language) : "") || id;
}

export function pinTitle(
  node: GraphNode | undefined,
  side: "in" | "out",
  pin: string,
  blocks: Blocks,
  language: string,
): string {
  const pins = node ? declaredPins(node, blocks) : undefined;
  const found = (side === "in" ? pins?.inputs : pins?.outputs)?.find((each) => each.name === pin);
  return found ? titleOf(found, language) : pin;
}

/** "Prompt · result", with the path behind it if only a part is taken. */
export function sourceLabel(
  graph: Graph,
  end: { node: string; pin: string; path?: string },
  blocks: Blocks,
  language: string,
): string {
  const node = graph.nodes[end.node];
  const pin = pinTitle(node, "out", end.pin, blocks, language);
  return `${nodeTitle(end.node, node, blocks, language)} · ${pin}${end.path ?? ""}`;
}

export const isNoteNode = (node: GraphNode | undefined, spec: BlockSpec | undefined): boolean =>
  isNote(spec, node?.block);
