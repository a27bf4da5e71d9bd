/** Whether two pins may be linked, and if not, why and what would help. */

import { adjacencyOf, isToolLink } from "./adjacency";
import { isBodyBlock } from "./bodies";
import { canBecome } from "./coercion";
import { type Endpoint, sameEnd } from "./endpoint";
import type { Graph } from "./graph";
import {
  declaredPins,
  findPin,
  isStep,
  isToolPin,
  linkablePins,
  type Pin,
  roleOf,
  typeOf,
} from "./pins";
import { type BlockSpec, type Blocks, isToolType, type PinType, TOOL_PIN } from "./spec";
import type { NodeId } from "./tree";

export type RefusalReason =
  | "unknown_node"
  | "unknown_pin"
  | "same_side"
  | "already_linked"
  | "self_link"
  | "only_tools"
  | "no_tools_here"
  | "tool_node_linked"
  | "type_mismatch";

export interface Refusal {
  ok: false;
  reason: RefusalReason;
  params: Record<string, string>;
  /** A block that turns what comes into what is wanted. */
  converter?: string;
}

export type Verdict = { ok: true } | Refusal;

/** `from` is an output and `to` an input; cycles are allowed, loops without a way in are not. */
export function canConnect(graph: Graph, blocks: Blocks, from: Endpoint, to: Endpoint): Verdict {
  const refuse = (reason: RefusalReason, params: Record<string, string>): Refusal => ({
    ok: false,
    reason,
    params,
  });
  const source = graph.nodes[from.node];
  const target = graph.nodes[to.node];
  if (!source || !target) return refuse("unknown_node", { node: source ? to.node : from.node });
  const output = findPin(declaredPins(source, blocks), "out", from.pin);
  const input = findPin(declaredPins(target, blocks), "in", to.pin);
  if (!output) return refuse("unknown_pin", { node: from.node, pin: from.pin });
  if (!input) return refuse("unknown_pin", { node: to.node, pin: to.pin });
  const into = (adjacencyOf(graph).into.get(to.node) ?? []).filter(
    (link) => link.to?.pin === to.pin,
  );
  if (
    into.some((link) => link.from && link.to && sameEnd(link.from, from) && sameEnd(link.to, to))
  ) {
    return refuse("already_linked", { from: from.pin, to: to.pin });
  }
  // A node fed only by itself would wait for its own first value for ever.
  if (from.node === to.node && !into.some((link) => link.from && link.from.node !== to.node)) {
    return refuse("self_link", { node: to.node, pin: to.pin });
  }
  const wrong = toolRule(graph, output, input, from, to);
  if (wrong) return refuse(wrong.reason, wrong.params);
  return typesMeet(output, input, from, to) ? { ok: true } : mismatch(output, input, blocks);
}

/** Tools are linked to tool pins and to nothing else, and a node that is one takes and gives no values. */
function toolRule(
  graph: Graph,
  output: Pin,
  input: Pin,
  from: Endpoint,
  to: Endpoint,
): { reason: RefusalReason; params: Record<string, string> } | null {
  const params = { node: from.node, pin: input.name };
  const asTool = output.name === TOOL_PIN.name;
  if (!asTool && isToolPin(input)) return { reason: "only_tools", params };
  if (asTool && !isToolPin(input)) return { reason: "no_tools_here", params };
  const { into, outOf } = adjacencyOf(graph);
  if (asTool) {
    const taken = (into.get(from.node) ?? []).some((link) => !isToolLink(link));
    const given = (outOf.get(from.node) ?? []).some((link) => !isToolLink(link));
    return taken || given ? { reason: "tool_node_linked", params } : null;
  }
  const tool = [from.node, to.node].find((node) => (outOf.get(node) ?? []).some(isToolLink));
  return tool === undefined
    ? null
    : { reason: "tool_node_linked", params: { ...params, node: tool } };
}

/** A path picks or builds a part whose type nobody knows before the run. */
function typesMeet(output: Pin, input: Pin, from: Endpoint, to: Endpoint): boolean {
  return from.path !== "" || to.path !== "" || canBecome(typeOf(output), typeOf(input));
}

function mismatch(output: Pin, input: Pin, blocks: Blocks): Refusal {
  const converter = findConverter(blocks, typeOf(output), typeOf(input));
  const params = { from: output.kind, to: input.kind, pin: input.name };
  return {
    ok: false,
    reason: "type_mismatch",
    params,
    ...(converter && { converter: converter.id }),
  };
}

/** A step block that takes the one type and gives the other, closest types first, then those for converting. */
export function findConverter(blocks: Blocks, from: PinType, to: PinType): BlockSpec | undefined {
  let best: BlockSpec | undefined;
  let bestScore = 0;
  for (const spec of blocks.list()) {
    if (spec.category === "input" || spec.category === "output" || isBodyBlock(spec.id)) continue;
    const input = spec.inputs.find((pin) => pin.required) ?? spec.inputs[0];
    const output = spec.outputs.find((pin) => pin.main) ?? spec.outputs[0];
    if (!input || !output || input.kind === "any" || output.kind === "any") continue;
    if (!canBecome(from, { kind: input.kind, item: input.item_kind })) continue;
    if (!canBecome({ kind: output.kind, item: output.item_kind }, to)) continue;
    const exact = Number(input.kind === from.kind) * 4 + Number(output.kind === to.kind) * 2;
    const meant = spec.keywords?.includes("convert") ? 1.5 : 0;
    const score = exact + Number(spec.effect === "none") + meant + 1;
    if (score > bestScore) [best, bestScore] = [spec, score];
  }
  return best;
}

export interface PinRef {
  node: NodeId;
  pin: string;
  side: "in" | "out";
}

/** A link between two pins whichever was taken first; `null` if both are on the same side. */
export function orient(a: PinRef, b: PinRef): { from: Endpoint; to: Endpoint } | null {
  if (a.side === b.side) return null;
  const [out, into] = a.side === "out" ? [a, b] : [b, a];
  return {
    from: { node: out.node, pin: out.pin, path: "" },
    to: { node: into.node, pin: into.pin, path: "" },
  };
}

/** The verdict on joining two pins taken in any order. */
export function canJoin(graph: Graph, blocks: Blocks, a: PinRef, b: PinRef): Verdict {
  const ends = orient(a, b);
  if (!ends) return { ok: false, reason: "same_side", params: { side: a.side } };
  return canConnect(graph, blocks, ends.from, ends.to);
}

/**
 * The pin of `node` a loose link end should take: free required ones first, then other free ones,
 * the exact kind before one that needs converting; `null` if none takes it.
 */
export function bestPin(graph: Graph, blocks: Blocks, end: PinRef, node: NodeId): PinRef | null {
  const target = graph.nodes[node];
  if (!target) return null;
  const side = end.side === "out" ? "in" : "out";
  const declared = linkablePins(target, blocks);
  const pins = side === "in" ? declared.inputs : declared.outputs;
  const taken = new Set((adjacencyOf(graph).into.get(node) ?? []).map((link) => link.to?.pin));
  const own = graph.nodes[end.node];
  const kind = own && findPin(declaredPins(own, blocks), end.side, end.pin)?.kind;
  let best: PinRef | null = null;
  let bestScore = -1;
  for (const pin of pins) {
    if (pin.hidden || pin.name === "error") continue;
    const candidate: PinRef = { node, pin: pin.name, side };
    if (!canJoin(graph, blocks, end, candidate).ok) continue;
    const free = side === "out" || !taken.has(pin.name);
    const unset = target.with?.[pin.name] === undefined;
    const score =
      Number(free) * 8 +
      Number(pin.kind === kind) * 4 +
      Number(pin.required || pin.main) * 2 +
      Number(unset && !pin.advanced);
    if (score > bestScore) [best, bestScore] = [candidate, score];
  }
  return best;
}

/** The pin of a block not placed yet that a loose end could be joined to, or `undefined`. */
export function pinFor(
  spec: BlockSpec,
  type: PinType,
  side: "in" | "out",
): { name: string; exact: boolean } | undefined {
  if (isToolType(type) && side === "in")
    return isStep(spec) ? { name: TOOL_PIN.name, exact: true } : undefined;
  const tool = isToolType(type);
  const pins =
    side === "out"
      ? spec.inputs
          .filter((pin) => !pin.hidden && !pin.secret && takesLinks(spec, pin.name))
          .filter((pin) => isToolType({ kind: pin.kind, item: pin.item_kind }) === tool)
          .sort(byNeed)
      : [...spec.outputs]
          .filter(() => roleOf(spec) !== "output")
          .sort((a, b) => Number(b.main ?? false) - Number(a.main ?? false));
  const meets = (pin: { kind: PinType["kind"]; item_kind?: PinType["item"] }): boolean => {
    const other: PinType = { kind: pin.kind, item: pin.item_kind };
    return side === "out" ? canBecome(type, other) : canBecome(other, type);
  };
  const exact = pins.find((pin) => pin.kind === type.kind && meets(pin));
  const found = exact ?? pins.find(meets);
  return found && { name: found.name, exact: exact !== undefined };
}

/** An agent's inputs take none and its outputs only their value. */
const takesLinks = (spec: BlockSpec, input: string): boolean =>
  roleOf(spec) === undefined || (roleOf(spec) === "output" && input === "value");

const byNeed = (
  a: { required?: boolean; advanced?: boolean },
  b: { required?: boolean; advanced?: boolean },
): number =>
  Number(b.required ?? false) - Number(a.required ?? false) ||
  Number(a.advanced ?? false) - Number(b.advanced ?? false);

/** The name of the pin of `spec` for a loose end whose type may be unknown. */
export const pinForBlock = (
  spec: BlockSpec,
  type: PinType | null,
  side: "in" | "out",
): string | undefined => pinFor(spec, type ?? { kind: "any" }, side)?.name;
