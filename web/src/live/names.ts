// What the nodes of a run are called: their own title, else their block's, else their id.
import type { AgentDocument, BlockSpec, DocumentNode } from "@/api/types";
import { nodeKey } from "./state";

interface Level {
  nodes: Record<string, DocumentNode>;
}

/** The node at a path such as `each[0]/inner`, bodies entered on the way. */
export function nodeAt(document: Level | null | undefined, path: string): DocumentNode | undefined {
  let level: Level | undefined | null = document;
  let node: DocumentNode | undefined;
  for (const id of nodeKey(path).split("/")) {
    node = level?.nodes?.[id];
    level = node?.body;
  }
  return node;
}

export type NameOf = (path: string) => string;

export function namesOf(
  document: AgentDocument | null | undefined,
  blocks: BlockSpec[] | undefined,
  pick: (en: string, zh: string) => string,
): NameOf {
  const specs = new Map<string, BlockSpec>();
  for (const spec of blocks ?? []) for (const alias of spec.aliases ?? []) specs.set(alias, spec);
  for (const spec of blocks ?? []) specs.set(spec.id, spec);
  return (path) => {
    const node = nodeAt(document, path);
    const spec = node?.block ? specs.get(node.block) : undefined;
    const own = node?.title || asked(node, spec);
    const last = nodeKey(path).split("/").at(-1) ?? path;
    return own || (spec ? pick(spec.title, spec.title_zh) : "") || last;
  };
}

/** An input or output of the agent is known by what it asks for or gives, not by its block. */
function asked(node: DocumentNode | undefined, spec: BlockSpec | undefined): string {
  if (spec?.role !== "input" && spec?.role !== "output") return "";
  const said = node?.with?.title || node?.with?.name;
  return typeof said === "string" ? said : "";
}

/** Every node of a document by its path, bodies included, notes left out. */
export function nodePaths(document: AgentDocument | null | undefined): string[] {
  const found: string[] = [];
  const visit = (level: Level | undefined | null, prefix: string) => {
    for (const [id, node] of Object.entries(level?.nodes ?? {})) {
      if (node.block === "io.note") continue;
      found.push(prefix + id);
      if (node.body) visit(node.body, `${prefix}${id}/`);
    }
  };
  visit(document, "");
  return found;
}

/** What the inputs and outputs of an agent are called, by name. */
export function pinLabels(document: AgentDocument | null | undefined): (name: string) => string {
  const titles = new Map<string, string>();
  for (const { with: given } of Object.values(document?.nodes ?? {})) {
    if (typeof given?.name === "string" && typeof given.title === "string" && given.title)
      titles.set(given.name, given.title);
  }
  return (name) => titles.get(name) ?? name;
}
