// The run being watched. Events wait for the next animation frame, so a thousand events a second cost
// one update per frame, and a node hears only of itself.
import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";
import { followRun } from "@/api/events";
import { runningSteps } from "@/api/runs";
import type { RunEvent } from "@/api/types";
import { applyEvents, IDLE, type NodeLive, type RunLive, seedRunning } from "./state";
import { stepKey } from "./steps";

export type LiveStore = StoreApi<RunLive>;

export function createLive(): LiveStore {
  return createStore<RunLive>(() => IDLE);
}

/** Forgets the run shown. */
export function clearLive(store: LiveStore): void {
  store.setState(IDLE, true);
}

/** Fills the store from a run's events until it ends; the returned function stops earlier. */
export function followLive(store: LiveStore, run: string, onEnd?: () => void): () => void {
  store.setState({ ...IDLE, run, status: "queued" }, true);
  let waiting: RunEvent[] = [];
  let frame = 0;
  let stopped = false;
  /** Steps that ended while the answer to which are under way is on its way. */
  let ended: Set<string> | null = null;
  const flush = () => {
    frame = 0;
    const events = waiting;
    waiting = [];
    const now = Date.now();
    store.setState((live) => applyEvents(live, events, now), true);
    if (events.some((event) => event.kind === "run_ended")) onEnd?.();
  };
  /** That a step began is told once; those that had begun before are asked for. */
  const seed = async () => {
    ended = new Set();
    const found = await runningSteps(run).catch(() => []);
    flush();
    const over = ended ?? new Set();
    ended = null;
    if (!stopped && found.length)
      store.setState((live) => seedRunning(live, found, over, Date.now()), true);
  };
  const stop = followRun(run, {
    onEvent: (event) => {
      if (event.kind === "step_finished" || event.kind === "step_failed")
        ended?.add(stepKey(event.data));
      waiting.push(event);
      // A hidden page gets no frames; its state must not fall behind for ever.
      if (document.hidden) flush();
      else if (!frame) frame = requestAnimationFrame(flush);
    },
    onConnected: (connected) => {
      store.setState({ connected });
      if (connected && !ended) void seed();
    },
  });
  return () => {
    stopped = true;
    stop();
    cancelAnimationFrame(frame);
  };
}

const Live = createContext<LiveStore | null>(null);
export const LiveProvider = Live.Provider;

export function useLiveStore(): LiveStore {
  const store = useContext(Live);
  if (!store) throw new Error("No run store above this component");
  return store;
}

export function useLive<T>(select: (live: RunLive) => T): T {
  return useStore(useLiveStore(), select);
}

/** The state of one node; `undefined` before its first step. */
export function useNodeLive(path: string): NodeLive | undefined {
  return useLive((live) => live.nodes[path]);
}
