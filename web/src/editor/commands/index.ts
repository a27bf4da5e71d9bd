/** The kinds of command by name, and how one is carried out. */

import { type Draft, enablePatches, type Patch, produceWithPatches, setAutoFreeze } from "immer";
import { findGraph, type Graph, toGraph } from "../graph";
import type { Blocks } from "../spec";
import { viewGraph } from "../view";
import type { Command, CommandKind, CommandName, Label } from "./command";
import { link, relink, setLink, splice } from "./links";
import { add, move, remove, rename, resize, setBody, setField, setNode } from "./nodes";

enablePatches();
// Views and caches are keyed by identity, so nothing may change a document behind their back.
setAutoFreeze(true);

const setAgent: CommandKind<"setAgent"> = {
  apply(draft, { key, value }) {
    if (value === undefined) delete draft.rest[key];
    else draft.rest[key] = value;
  },
  label: ({ key }) => ({ key: "canvas.did.setAgent", params: { name: key } }),
  group: ({ key }) => ({ key: `agent ${key}`, within: 1000 }),
};

const replace: CommandKind<"replace"> = {
  apply(draft, { tree }) {
    Object.assign(draft, toGraph(tree));
  },
  label: ({ as = "replace" }) => ({ key: `canvas.did.${as}`, params: {} }),
};

const KINDS: { [Name in CommandName]: CommandKind<Name> } = {
  add,
  move,
  resize,
  delete: remove,
  link,
  relink,
  setLink,
  splice,
  setField,
  setNode,
  setBody,
  rename,
  setAgent,
  replace,
};

export interface Outcome {
  doc: Graph;
  patches: Patch[];
  inverse: Patch[];
  label: Label;
  group: { key: string; within: number } | null;
}

/** The document after a command, or `null` if the command changes nothing. */
export function carryOut(doc: Graph, command: Command, blocks: Blocks): Outcome | null {
  const kind = KINDS[command.type] as CommandKind<CommandName>;
  const path = command.path ?? [];
  const before = findGraph(doc, path);
  if (!before) return null;
  const situation = { before, blocks, view: () => viewGraph(before, blocks) };
  const [after, patches, inverse] = produceWithPatches(doc, (draft: Draft<Graph>) => {
    const graph = findGraph(draft as Graph, path);
    if (graph) kind.apply(graph, command, situation);
  });
  if (patches.length === 0) return null;
  const group = kind.group?.(command) ?? null;
  return {
    doc: after,
    patches,
    inverse,
    label: kind.label(command, before),
    group: group && { ...group, key: `${path.join("/")} ${group.key}` },
  };
}

export type { Command, Label, NewNode, Places } from "./command";
