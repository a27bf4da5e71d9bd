/** Blocks as the server publishes them: pins, texts, category. */

export const PIN_KINDS = [
  "text",
  "number",
  "boolean",
  "object",
  "list",
  "file",
  "image",
  "message",
  "tool",
  "date",
  "any",
] as const;

export type PinKind = (typeof PIN_KINDS)[number];

export interface PinType {
  kind: PinKind;
  item?: PinKind | null | undefined;
}

interface PinText {
  name: string;
  kind: PinKind;
  item_kind?: PinKind | null;
  title?: string;
  title_zh?: string;
  description?: string;
  description_zh?: string;
  /** JSON Schema; read by the forms, only carried here. */
  schema?: object;
}

export interface InputSpec extends PinText {
  required?: boolean;
  default?: unknown;
  gather?: boolean;
  advanced?: boolean;
  secret?: boolean;
  hidden?: boolean;
}

export interface OutputSpec extends PinText {
  many?: boolean;
  main?: boolean;
}

export interface CredentialNeed {
  /** `*` for any. */
  readonly provider: string;
  readonly scopes: readonly string[];
  readonly optional: boolean;
}

export interface UnmetNeed {
  need: string;
  message: string;
  message_zh: string;
}

export interface BlockSpec {
  /** What this machine lacks for it. */
  unmet?: readonly UnmetNeed[];
  credentials?: readonly CredentialNeed[];
  id: string;
  version?: number;
  title: string;
  title_zh?: string;
  description?: string;
  description_zh?: string;
  category: string;
  effect?: string;
  role?: string;
  icon?: string;
  keywords?: readonly string[];
  aliases?: readonly string[];
  demo?: boolean;
  /** How well it is made. */
  tier?: "listed" | "solid" | "model" | null;
  source?: string;
  inputs: readonly InputSpec[];
  outputs: readonly OutputSpec[];
}

/** The output every block has besides its own: linking it catches failures. */
export const ERROR_PIN: OutputSpec = {
  name: "error",
  kind: "object",
  title: "Error",
  title_zh: "错误",
};

/** From where a node of a step is linked as a tool; no value ever leaves it. */
export const TOOL_PIN: OutputSpec = {
  name: "as_tool",
  kind: "tool",
  title: "As a tool",
  title_zh: "作为工具",
  description: "Drag it to the tools of an agent: the block then runs when the agent chooses it.",
  description_zh: "拖到智能体的“工具”端口：该模块由智能体决定何时运行。",
};

/** Whether a pin is for tools, one or a list of them. */
export const isToolType = ({ kind, item }: PinType): boolean => kind === "tool" || item === "tool";

export const NOTE_BLOCK = "io.note";

/** Blocks by id, by their former ids, and as `id@2` by version. */
export interface Blocks {
  find(id: string | undefined): BlockSpec | undefined;
  /** The newest version of each. */
  list(): readonly BlockSpec[];
}

const VERSION = /@\d+$/;

/** The id in a node's reference to its block, which may name a version. */
export const blockIdOf = (reference: string): string => reference.replace(VERSION, "");

/**
 * Where several versions of a block are given, the first is the newest. A version that is not among them is shown
 * as the newest, so that the pins that are gone can be seen; the server says what has changed.
 */
export function blocksOf(specs: readonly BlockSpec[]): Blocks {
  const byId = new Map<string, BlockSpec>();
  const newest = new Map<string, BlockSpec>();
  for (const spec of specs) {
    byId.set(`${spec.id}@${spec.version ?? 1}`, spec);
    if (!newest.has(spec.id)) newest.set(spec.id, spec);
  }
  const list = [...newest.values()];
  for (const spec of list) for (const alias of spec.aliases ?? []) byId.set(alias, spec);
  for (const spec of list) byId.set(spec.id, spec);
  const find = (id: string) => byId.get(id) ?? byId.get(blockIdOf(id));
  return { find: (id) => (id === undefined ? undefined : find(id)), list: () => list };
}

export const isNote = (spec: BlockSpec | undefined, block?: string): boolean =>
  spec?.role === "note" || block === NOTE_BLOCK;

interface Titled {
  title?: string | undefined;
  title_zh?: string | undefined;
}

/** A block's or a pin's title in the language asked for, else in the other one. */
export function titleOf(texts: Titled & { name?: string; id?: string }, language: string): string {
  const own = language.startsWith("zh") ? texts.title_zh : texts.title;
  return own || texts.title || texts.title_zh || texts.name || texts.id || "";
}

export function descriptionOf(
  texts: { description?: string | undefined; description_zh?: string | undefined },
  language: string,
): string {
  const own = language.startsWith("zh") ? texts.description_zh : texts.description;
  return own || texts.description || texts.description_zh || "";
}
