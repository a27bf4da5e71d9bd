/** Copies of unsaved work kept in the browser, offered again after a crash. */

import { del, get, set } from "idb-keyval";
import type { AgentTree } from "./tree";

export interface StoredDraft {
  agent: string;
  /** The revision the edits were made on. */
  revision: number;
  tree: AgentTree;
  /** Epoch milliseconds. */
  at: number;
  nodes: number;
  links: number;
}

export interface DraftStore {
  find(agent: string): Promise<StoredDraft | undefined>;
  put(draft: StoredDraft): Promise<void>;
  drop(agent: string): Promise<void>;
}

const key = (agent: string): string => `luban-draft-${agent}`;

export const browserDrafts: DraftStore = {
  find: (agent) => get<StoredDraft>(key(agent)),
  put: (draft) => set(key(draft.agent), draft),
  drop: (agent) => del(key(agent)),
};

export function memoryDrafts(): DraftStore {
  const kept = new Map<string, StoredDraft>();
  return {
    find: async (agent) => kept.get(agent),
    put: async (each) => void kept.set(each.agent, each),
    drop: async (agent) => void kept.delete(agent),
  };
}

export function draftOf(agent: string, revision: number, tree: AgentTree, at: number): StoredDraft {
  return {
    agent,
    revision,
    tree,
    at,
    nodes: Object.keys(tree.nodes ?? {}).length,
    links: tree.links?.length ?? 0,
  };
}

/** A draft worth offering: it says something else than what is stored. */
export async function recoverable(
  store: DraftStore,
  agent: string,
  stored: AgentTree,
): Promise<StoredDraft | undefined> {
  const found = await store.find(agent);
  if (!found) return undefined;
  if (JSON.stringify(found.tree) !== JSON.stringify(stored)) return found;
  await store.drop(agent);
  return undefined;
}
