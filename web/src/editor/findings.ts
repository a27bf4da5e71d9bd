/** What is wrong with the graph as far as can be told at once, joined with what the server found. */

import { adjacencyOf, isTool } from "./adjacency";
import type { Endpoint } from "./endpoint";
import { type Graph, linksOf, nodesOf } from "./graph";
import { declaredPins, findPin } from "./pins";
import type { Blocks } from "./spec";
import { isNote } from "./spec";
import type { GraphPath, NodeId } from "./tree";

/** As the server sends it; `message_zh` and `repair_zh` may be absent on local ones. */
export interface Finding {
  code: string;
  severity: "error" | "warning";
  node: NodeId | null;
  pin: string | null;
  link: string | null;
  params: Record<string, unknown>;
  message?: string;
  message_zh?: string;
  repair?: string;
  repair_zh?: string;
}

/** Codes the quick pass decides by itself, so that what the server said of them may be out of date. */
const LOCAL_CODES: ReadonlySet<string> = new Set([
  "missing_input",
  "unknown_block",
  "unknown_node",
  "unknown_pin",
]);

const finding = (
  code: string,
  place: { node?: NodeId; pin?: string; link?: string },
  params: Record<string, unknown>,
): Finding => ({
  code,
  severity: "error",
  node: place.node ?? null,
  pin: place.pin ?? null,
  link: place.link ?? null,
  params,
});

/** Node ids in findings are paths through bodies: `each/inner`. */
export function quickFindings(graph: Graph, blocks: Blocks, path: GraphPath = []): Finding[] {
  const name = (id: NodeId): NodeId => [...path, id].join("/");
  const { into } = adjacencyOf(graph);
  const found: Finding[] = [];
  for (const [id, node] of nodesOf(graph)) {
    if (node.body) found.push(...quickFindings(node.body, blocks, [...path, id]));
    const spec = blocks.find(node.block);
    if (isNote(spec, node.block)) continue;
    if (!spec && !node.body) {
      found.push(finding("unknown_block", { node: name(id) }, { block: node.block ?? "" }));
      continue;
    }
    const asked = node.disabled || isTool(graph, id) ? [] : declaredPins(node, blocks).inputs;
    const linked = new Set((into.get(id) ?? []).map((link) => link.to?.pin));
    for (const pin of asked) {
      const given = linked.has(pin.name) || isGiven(node.with?.[pin.name]);
      if (pin.required && !given && !isGiven(pin.default)) {
        found.push(
          finding("missing_input", { node: name(id), pin: pin.name }, { pin: pin.name, node: id }),
        );
      }
    }
  }
  for (const link of linksOf(graph)) {
    const text =
      typeof link.tree === "string" ? link.tree : `${link.tree?.from} -> ${link.tree?.to}`;
    for (const [end, side] of [
      [link.from, "out"],
      [link.to, "in"],
    ] as const) {
      const wrong = end && wrongEnd(graph, blocks, end, side);
      if (wrong) {
        const node = wrong === "unknown_pin" ? name(end.node) : undefined;
        found.push(
          finding(
            wrong,
            { ...(node && { node }), pin: end.pin, link: text },
            { node: end.node, pin: end.pin },
          ),
        );
      }
    }
  }
  return found;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

function wrongEnd(graph: Graph, blocks: Blocks, end: Endpoint, side: "in" | "out"): string | null {
  const node = graph.nodes[end.node];
  if (!node) return "unknown_node";
  if (!node.body && !blocks.find(node.block)) return null;
  return findPin(declaredPins(node, blocks), side, end.pin) ? null : "unknown_pin";
}

/**
 * The quick pass over the document as it is now, with the texts of the server where it said the same, and
 * everything else the server found in nodes that still exist.
 */
export function mergeFindings(
  graph: Graph,
  local: readonly Finding[],
  server: readonly Finding[],
): Finding[] {
  // What the server knows of a missing block, that its file is broken, says more than that it is missing.
  const explained = new Set(
    server.flatMap((each) => (each.code === "broken_block" ? each.node : [])),
  );
  const key = (each: Finding): string => `${each.code} ${each.node} ${each.pin} ${each.link}`;
  const told = new Map(server.map((each) => [key(each), each]));
  const own = local
    .filter((each) => each.code !== "unknown_block" || !explained.has(each.node))
    .map((each) => told.get(key(each)) ?? each);
  const rest = server.filter((each) => !LOCAL_CODES.has(each.code) && exists(graph, each.node));
  return [...own, ...rest];
}

function exists(graph: Graph, node: NodeId | null): boolean {
  let open: Graph | undefined = graph;
  for (const id of node?.split("/") ?? []) {
    const plain = id.replace(/\[\d+\]$/, "");
    if (!open || !(plain in open.nodes)) return false;
    open = open.nodes[plain]?.body;
  }
  return true;
}
