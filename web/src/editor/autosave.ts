/** When the document is saved, with which revision, and what happens if that fails. */

import type { AgentTree } from "./tree";

export type SaveStatus = "saved" | "pending" | "saving" | "offline" | "refused" | "conflict";

export interface SaveState {
  status: SaveStatus;
  revision: number;
  /** When the server last confirmed, in epoch milliseconds; `null` before the first time. */
  savedAt: number | null;
  /** What the server said when it refused. */
  problem: string | null;
}

/** The stored agent has another revision than the one the edits were made on. */
export class SaveConflict extends Error {
  constructor(readonly revision: number) {
    super(`The stored agent is at revision ${revision}.`);
    this.name = "SaveConflict";
  }
}

/** The server answered and will not take the document as it is; trying again alone does not help. */
export class SaveRefused extends Error {
  override name = "SaveRefused";
}

export interface AutosavePorts {
  /** Stores the document if the revision still matches. Throws `SaveConflict`, `SaveRefused`, or anything else for "not reached". */
  save(tree: AgentTree, revision: number): Promise<{ revision: number }>;
  /** The stored agent, to take its side after a conflict. */
  fetch(): Promise<{ tree: AgentTree; revision: number }>;
  now(): number;
  /** Calls back after so many milliseconds; returns what cancels it. */
  after(delay: number, call: () => void): () => void;
}

export interface Autosave {
  state(): SaveState;
  subscribe(listener: () => void): () => void;
  /** The document changed; `tree` is asked for only when it is sent. */
  changed(tree: () => AgentTree): void;
  /** Saves what is pending now; resolves when it is stored or has failed. */
  flush(): Promise<void>;
  /** After a conflict: overwrite the stored agent with what is here. */
  keepMine(): Promise<void>;
  /** After a conflict: give up what is here; resolves to the stored document. */
  takeTheirs(): Promise<AgentTree>;
  /** A change the server made by itself, such as publishing, that raised the revision. */
  rebase(revision: number): void;
  stop(): void;
}

const QUIET = 700;
const LONGEST = 1800;
const RETRIES = [1000, 2000, 4000, 8000, 15000];

export const browserClock: Pick<AutosavePorts, "now" | "after"> = {
  now: () => Date.now(),
  after: (delay, call) => {
    const timer = setTimeout(call, delay);
    return () => clearTimeout(timer);
  },
};

export function createAutosave(ports: AutosavePorts, revision: number): Autosave {
  let state: SaveState = { status: "saved", revision, savedAt: null, problem: null };
  let pending: (() => AgentTree) | null = null;
  let pendingSince = 0;
  let failures = 0;
  let sending: Promise<void> | null = null;
  let cancel: () => void = () => {};
  const listeners = new Set<() => void>();

  const set = (next: Partial<SaveState>): void => {
    state = { ...state, ...next };
    for (const listener of [...listeners]) listener();
  };
  const schedule = (delay: number): void => {
    cancel();
    cancel = ports.after(delay, () => void send());
  };

  async function send(): Promise<void> {
    cancel();
    if (sending) return sending;
    if (!pending || state.status === "conflict") return;
    sending = attempt(pending);
    pending = null;
    await sending;
  }

  async function attempt(take: () => AgentTree): Promise<void> {
    set({ status: "saving" });
    try {
      const stored = await ports.save(take(), state.revision);
      failures = 0;
      set({
        status: pending ? "pending" : "saved",
        revision: stored.revision,
        savedAt: ports.now(),
        problem: null,
      });
    } catch (error) {
      pending ??= take;
      failed(error);
    } finally {
      sending = null;
    }
    if (pending && state.status === "pending") schedule(QUIET);
  }

  function failed(error: unknown): void {
    if (error instanceof SaveConflict || error instanceof SaveRefused) {
      const status = error instanceof SaveConflict ? "conflict" : "refused";
      set({ status, problem: error.message });
      return;
    }
    const delay = RETRIES[Math.min(failures, RETRIES.length - 1)] ?? 1000;
    failures += 1;
    set({ status: "offline", problem: null });
    schedule(delay);
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed(tree) {
      if (!pending) pendingSince = ports.now();
      pending = tree;
      if (sending || state.status === "conflict") return;
      // Offline keeps its own rhythm of attempts.
      if (state.status !== "offline") {
        set({ status: "pending" });
        schedule(Math.max(0, Math.min(QUIET, pendingSince + LONGEST - ports.now())));
      }
    },
    async flush() {
      if (sending) await sending;
      await send();
    },
    async keepMine() {
      const { revision: theirs } = await ports.fetch();
      set({ status: "pending", revision: theirs });
      await send();
    },
    async takeTheirs() {
      const stored = await ports.fetch();
      pending = null;
      set({ status: "saved", revision: stored.revision, savedAt: ports.now(), problem: null });
      return stored.tree;
    },
    rebase(next) {
      set({ revision: next });
    },
    stop() {
      cancel();
      listeners.clear();
    },
  };
}
