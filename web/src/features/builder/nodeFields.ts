// The inputs of a node as fields: which are typed in, which come over a link, what is said about them.
import type { InputPinSpec, Json } from "@/api/types";
import {
  adjacencyOf,
  type Blocks,
  declaredPins,
  type Finding,
  type Graph,
  type GraphLink,
  type GraphNode,
} from "@/editor";
import type { LinkedSource } from "@/forms/Field";
import { type FieldSpec, fieldOfPin } from "@/forms/fields";
import { sourceLabel } from "./nodeWords";

export function fieldsOfNode(node: GraphNode, blocks: Blocks): FieldSpec[] {
  return declaredPins(node, blocks)
    .inputs.filter((pin) => !pin.hidden)
    .map((pin) => fieldOfPin(pin as unknown as InputPinSpec));
}

interface Links {
  /** Inputs whose whole value comes over links. */
  linked: Record<string, LinkedSource[]>;
  /** Inputs of which a part does. */
  partly: Record<string, LinkedSource[]>;
}

interface LinkActions {
  show: (node: string) => void;
  unlink: (link: string) => void;
}

export function linksOfNode(
  graph: Graph,
  id: string,
  blocks: Blocks,
  language: string,
  actions: LinkActions,
): Links {
  const found: Links = { linked: {}, partly: {} };
  const into: readonly GraphLink[] = adjacencyOf(graph).into.get(id) ?? [];
  for (const { id: link, from, to } of into) {
    if (!from || !to) continue;
    const label = sourceLabel(graph, from, blocks, language);
    const source: LinkedSource = {
      label: to.path ? `${to.path.replace(/^\./, "")} ← ${label}` : label,
      onShow: () => actions.show(from.node),
      onUnlink: () => actions.unlink(link),
    };
    const group = to.path ? found.partly : found.linked;
    group[to.pin] = [...(group[to.pin] ?? []), source];
  }
  return found;
}

/** Sentences of the findings about this node, by input; "" collects those about the whole node. */
export function notesOfNode(
  findings: Finding[],
  path: string,
  say: (finding: Finding) => string,
): Record<string, string[]> {
  const notes: Record<string, string[]> = {};
  for (const finding of findings) {
    if (finding.node !== path) continue;
    const key = finding.link ? "" : (finding.pin ?? "");
    notes[key] = [...(notes[key] ?? []), say(finding)];
  }
  return notes;
}

export const valuesOf = (node: GraphNode): Record<string, Json> =>
  (node.with ?? {}) as Record<string, Json>;
