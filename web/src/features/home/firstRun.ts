// Makes an agent of a template with the chosen model in it.
import type { AgentDocument, AgentInput, BlockSpec, DocumentNode, TemplateView } from "@/api/types";

type Nodes = Record<string, DocumentNode>;

/** Block ids with the inputs that name a model. */
export function modelInputs(blocks: BlockSpec[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const block of blocks) {
    const names = block.inputs
      .filter((pin) => pin.schema?.["x-widget"] === "model")
      .map((pin) => pin.name);
    if (names.length) found.set(block.id, names);
  }
  return found;
}

function uses(template: TemplateView, holds: (block: string) => boolean): boolean {
  const visit = (nodes: Nodes): boolean =>
    Object.values(nodes).some(
      (node) => (node.block && holds(node.block)) || (node.body && visit(node.body.nodes)),
    );
  return visit(template.document.nodes);
}

export function usesModel(template: TemplateView, inputs: Map<string, string[]>): boolean {
  return uses(template, (block) => inputs.has(block));
}

/** Whether something must be typed in before the first run. */
export function asks(inputs: AgentInput[]): boolean {
  return inputs.some((input) => input.required && (input.default ?? null) === null);
}

/** First what runs to its end at once: without typing anything, without waiting for anybody; last
 * what decides by itself which tools it uses, for that takes a model which can. */
export function readyFirst(templates: TemplateView[], blocks: BlockSpec[]): TemplateView[] {
  const named = (holds: (block: BlockSpec) => boolean) =>
    new Set(blocks.filter(holds).map(({ id }) => id));
  const waiting = named(({ category }) => category === "flow");
  const deciding = named(({ inputs }) => inputs.some((pin) => takesTools(pin.kind, pin.item_kind)));
  const place = (template: TemplateView) => {
    if (uses(template, (block) => deciding.has(block))) return 2;
    return asks(template.inputs) || uses(template, (block) => waiting.has(block)) ? 1 : 0;
  };
  return [...templates].sort((one, other) => place(one) - place(other));
}

function takesTools(kind: string, item: string | null | undefined): boolean {
  return kind === "tool" || item === "tool";
}

/** The document with `model` set on every block that takes one. */
export function withModel(
  document: AgentDocument,
  inputs: Map<string, string[]>,
  model: string,
): AgentDocument {
  const visit = (nodes: Nodes): Nodes =>
    Object.fromEntries(
      Object.entries(nodes).map(([id, node]) => {
        const names = node.block ? inputs.get(node.block) : undefined;
        let next = node;
        if (names) {
          const chosen = Object.fromEntries(names.map((name) => [name, model]));
          next = { ...next, with: { ...node.with, ...chosen } };
        }
        if (node.body) next = { ...next, body: { ...node.body, nodes: visit(node.body.nodes) } };
        return [id, next];
      }),
    );
  return { ...document, nodes: visit(document.nodes) };
}
