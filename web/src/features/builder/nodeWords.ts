// How nodes and pins are named to people in the panes.
import type { BlockSpec, Graph, GraphNode } from "@/editor";
import { type Blocks, declaredPins, isNote, roleOf, specOf, titleOf } from "@/editor";

/** A node's own title, else its block's with what tells it from the other nodes of that block. */
export function nodeTitle(id: string, graph: Graph, blocks: Blocks, language: string): string {
  const node = graph.nodes[id];
  if (node?.title) return String(node.title);
  const spec = specOf(node, blocks);
  if (!node || !spec) return id;
  const block = titleOf(spec, language);
  const asked = roleOf(spec) && (node.with?.title || node.with?.name);
  const mark = asked || (node.body || isOneOfMany(node, graph) ? id : "");
  return mark ? `${block} · ${mark}` : block;
}

const isOneOfMany = (node: GraphNode, graph: Graph): boolean =>
  graph.nodeOrder.some((id) => {
    const other = graph.nodes[id];
    return other !== node && !other?.title && other?.block === node.block;
  });

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
  const title = nodeTitle(end.node, graph, blocks, language);
  // An input has one value, called as the input itself.
  if (roleOf(blocks.find(node?.block)) === "input" && end.pin !== "error")
    return `${title}${end.path ?? ""}`;
  return `${title} · ${pinTitle(node, "out", end.pin, blocks, language)}${end.path ?? ""}`;
}

export const isNoteNode = (node: GraphNode | undefined, spec: BlockSpec | undefined): boolean =>
  isNote(spec, node?.block);
