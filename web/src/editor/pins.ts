/** The pins one node shows: its block's, its body's, and those only a link or a constant knows. */

import type { Graph, GraphLink, GraphNode } from "./graph";
import { nodesOf } from "./graph";
import type { BlockSpec, Blocks, PinKind, PinType } from "./spec";
import { ERROR_PIN, isNote, isToolType, TOOL_PIN } from "./spec";

export interface Pin {
  name: string;
  side: "in" | "out";
  kind: PinKind;
  item: PinKind | null;
  title: string;
  title_zh: string;
  description: string;
  description_zh: string;
  required: boolean;
  secret: boolean;
  advanced: boolean;
  gather: boolean;
  hidden: boolean;
  main: boolean;
  schema: object;
  default: unknown;
  /** No block and no body declares it; only a link names it. */
  unknown: boolean;
}

export interface Pins {
  inputs: readonly Pin[];
  outputs: readonly Pin[];
}

const blank = {
  kind: "any" as PinKind,
  item: null,
  title: "",
  title_zh: "",
  description: "",
  description_zh: "",
  required: false,
  secret: false,
  advanced: false,
  gather: false,
  hidden: false,
  main: false,
  schema: {},
  default: undefined,
  unknown: false,
};

export const typeOf = (pin: Pin): PinType => ({ kind: pin.kind, item: pin.item });

/** Tool pins sit on the upper and lower border of a card; all others beside its rows. */
export const isToolPin = (pin: Pin): boolean => isToolType(typeOf(pin));

/** Pins that are out of the way until they are linked. */
const atNeed: ReadonlySet<string> = new Set([ERROR_PIN.name, TOOL_PIN.name]);

const specPins = new WeakMap<BlockSpec, Pins>();
const bodyPins = new WeakMap<Graph, { blocks: Blocks; pins: Pins }>();

/** Every pin a node declares, hidden ones included; the implicit `error` and `as_tool` are last. */
export function declaredPins(node: GraphNode, blocks: Blocks): Pins {
  if (node.body) return pinsOfBody(node.body, blocks);
  const spec = blocks.find(node.block);
  if (!spec || isNote(spec, node.block)) return { inputs: [], outputs: [] };
  const kept = specPins.get(spec);
  if (kept) return kept;
  const pins: Pins = {
    inputs: spec.inputs.map((pin) => ({
      ...blank,
      ...pin,
      side: "in",
      item: pin.item_kind ?? null,
      schema: pin.schema ?? {},
    })) as Pin[],
    outputs: [...spec.outputs, ERROR_PIN, ...(isStep(spec) ? [TOOL_PIN] : [])].map((pin) => ({
      ...blank,
      ...pin,
      side: "out",
      item: pin.item_kind ?? null,
      schema: pin.schema ?? {},
    })) as Pin[],
  };
  specPins.set(spec, pins);
  return pins;
}

/** A body's pins are its inner input and output blocks; a map gives every output as one list. */
function pinsOfBody(body: Graph, blocks: Blocks): Pins {
  const kept = bodyPins.get(body);
  if (kept && kept.blocks === blocks) return kept.pins;
  const inputs: Pin[] = [];
  const outputs: Pin[] = [];
  const isMap = body.rest.mode !== "loop";
  for (const [id, node] of nodesOf(body)) {
    const spec = blocks.find(node.block);
    const role = roleOf(spec);
    if (role === undefined) continue;
    const name = String(node.with?.name ?? id);
    const title = String(node.with?.title ?? node.title ?? "");
    const inner = spec?.outputs[0];
    const kind: PinKind = role === "input" ? (inner?.kind ?? "any") : "any";
    const many = isMap && (role === "output" || body.rest.over === name);
    const pin: Pin = {
      ...blank,
      name,
      side: role === "input" ? "in" : "out",
      kind: many ? "list" : kind,
      item: many ? kind : (inner?.item_kind ?? null),
      title,
      title_zh: title,
      required: role === "input" && node.with?.value === undefined,
    };
    (role === "input" ? inputs : outputs).push(pin);
  }
  const pins = { inputs, outputs: [...outputs, { ...blank, ...ERROR_PIN, side: "out" } as Pin] };
  bodyPins.set(body, { blocks, pins });
  return pins;
}

/** Whether nodes of a block do something, so that they may be tools. */
export const isStep = (spec: BlockSpec): boolean => (spec.role ?? "step") === "step";

/** Whether nodes of a block are their graph's own inputs or outputs. */
export function roleOf(spec: BlockSpec | undefined): "input" | "output" | undefined {
  return spec?.role === "input" || spec?.role === "output" ? spec.role : undefined;
}

/**
 * An agent's input and output nodes show one pin, called as the agent's users call it: what else they are
 * told (name, description, limits) is never linked.
 */
export function linkablePins(node: GraphNode, blocks: Blocks): Pins {
  const declared = declaredPins(node, blocks);
  const role = roleOf(blocks.find(node.block));
  if (role === undefined) return declared;
  const name = String(node.with?.title || node.with?.name || "");
  const called = (pin: Pin): Pin => (name ? { ...pin, title: name, title_zh: name } : pin);
  const error = declared.outputs.filter((pin) => pin.name === ERROR_PIN.name);
  if (role === "input") {
    const given = declared.outputs.filter((pin) => pin.name !== ERROR_PIN.name);
    return { inputs: [], outputs: [...given.map(called), ...error] };
  }
  const taken = declared.inputs.filter((pin) => pin.name === "value");
  return { inputs: taken.map(called), outputs: error };
}

const MOST_INPUTS = 8;

/**
 * The pins drawn on a node: required, linked and set ones always, the others while there is room.
 * Advanced and hidden inputs and the error output appear once they are linked or set.
 */
export function shownPins(
  node: GraphNode,
  blocks: Blocks,
  into: readonly GraphLink[],
  outOf: readonly GraphLink[],
): Pins {
  const declared = linkablePins(node, blocks);
  const linkedIn = new Set(into.map((link) => link.to?.pin ?? ""));
  const linkedOut = new Set(outOf.map((link) => link.from?.pin ?? ""));
  const isSet = (pin: Pin): boolean =>
    !pin.hidden && !pin.advanced && node.with?.[pin.name] !== undefined;
  const needed = (pin: Pin): boolean =>
    linkedIn.has(pin.name) || (!pin.hidden && pin.required) || isSet(pin);
  let room = MOST_INPUTS - declared.inputs.filter(needed).length;
  const inputs = declared.inputs.filter((pin) => {
    if (needed(pin)) return true;
    if (pin.hidden || pin.advanced || room <= 0) return false;
    room -= 1;
    return true;
  });
  const outputs = declared.outputs.filter(
    (pin) => !atNeed.has(pin.name) || linkedOut.has(pin.name),
  );
  return {
    inputs: [...inputs, ...strangers("in", linkedIn, declared.inputs)],
    outputs: [...outputs, ...strangers("out", linkedOut, declared.outputs)],
  };
}

function strangers(
  side: "in" | "out",
  linked: ReadonlySet<string>,
  declared: readonly Pin[],
): Pin[] {
  return [...linked]
    .filter((name) => !declared.some((pin) => pin.name === name))
    .map((name) => ({ ...blank, name, side, unknown: true }));
}

export const findPin = (pins: Pins, side: "in" | "out", name: string): Pin | undefined =>
  (side === "in" ? pins.inputs : pins.outputs).find((pin) => pin.name === name);
