// What the nodes of a run are called: their own title, else their block's with what tells two of them apart.
import type { AgentDocument, BlockSpec, DocumentNode } from "@/api/types";
import { nodeKey } from "./state";

/** `text.split` of `text.split@2`. */
const withoutVersion = (block: string): string => block.split("@", 1)[0] ?? "";

interface Level {
  nodes: Record<string, DocumentNode>;
}

/** The node at a path such as `each[0]/inner` and those beside it, bodies entered on the way. */
function placeOf(document: Level | null | undefined, path: string): Place {
  let level: Level | undefined | null = document;
  let place: Place = { id: path, node: undefined, beside: [] };
  for (const id of nodeKey(path).split("/")) {
    const node: DocumentNode | undefined = level?.nodes?.[id];
    place = { id, node, beside: Object.values(level?.nodes ?? {}) };
    level = node?.body;
  }
  return place;
}

interface Place {
  id: string;
  node: DocumentNode | undefined;
  beside: DocumentNode[];
}

export type NameOf = (path: string) => string;

export function namesOf(
  document: AgentDocument | null | undefined,
  blocks: BlockSpec[] | undefined,
  pick: (en: string, zh: string) => string,
): NameOf {
  const specs = new Map<string, BlockSpec>();
  for (const spec of blocks ?? []) for (const alias of spec.aliases ?? []) specs.set(alias, spec);
  for (const spec of [...(blocks ?? [])].reverse()) specs.set(spec.id, spec);
  const name = (path: string): string => {
    const { id, node, beside } = placeOf(document, path);
    if (node?.title) return node.title;
    const spec = specs.get(node ? withoutVersion(blockOf(node)) : "");
    if (!node || !spec) return id;
    const block = pick(spec.title, spec.title_zh);
    const mark = asked(node, spec) || (node.body || isOneOfMany(node, beside) ? id : "");
    return mark ? `${block} · ${mark}` : block;
  };
  const known = new Map<string, string>();
  return (path) => {
    const key = nodeKey(path);
    const said = known.get(key) ?? name(key);
    known.set(key, said);
    return said;
  };
}

/** Bodies go by the block that stands for their mode. */
const blockOf = ({ block, body }: DocumentNode): string =>
  body ? (body.mode === "loop" ? "body.loop" : "body.map") : (block ?? "");

const isOneOfMany = (node: DocumentNode, beside: DocumentNode[]): boolean =>
  beside.some((other) => other !== node && !other.title && blockOf(other) === blockOf(node));

/** An input or output of the agent is also known by what it asks for or gives. */
function asked(node: DocumentNode, spec: BlockSpec): string {
  if (spec.role !== "input" && spec.role !== "output") return "";
  const said = node.with?.title || node.with?.name;
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
