/** Steps back and forward. A step keeps both documents whole; they share all that did not change. */

import type { Patch } from "immer";
import type { Label, Outcome } from "./commands";
import type { Graph } from "./graph";
import type { GraphPath } from "./tree";

export interface Step {
  label: Label;
  /** The graph that was open when it was done. */
  path: GraphPath;
  /** Documents, not only patches: going back must restore key order too, which patches do not. */
  before: Graph;
  after: Graph;
  patches: readonly Patch[];
  inverse: readonly Patch[];
  group: string | null;
  /** When it was last added to, in milliseconds. */
  at: number;
}

export interface History {
  done: readonly Step[];
  undone: readonly Step[];
}

export const EMPTY_HISTORY: History = { done: [], undone: [] };
export const MOST_STEPS = 500;

/** The history after something was done; quick repetition of one thing joins the step before. */
export function record(
  history: History,
  before: Graph,
  outcome: Outcome,
  path: GraphPath,
  now: number,
): History {
  const { doc, patches, inverse, label, group } = outcome;
  const last = history.done.at(-1);
  const joins =
    last !== undefined &&
    group !== null &&
    history.undone.length === 0 &&
    last.group === group.key &&
    now - last.at <= group.within;
  if (joins) {
    const joined: Step = {
      ...last,
      after: doc,
      patches: [...last.patches, ...patches],
      inverse: [...inverse, ...last.inverse],
      at: now,
    };
    return { done: [...history.done.slice(0, -1), joined], undone: [] };
  }
  const step: Step = {
    label,
    path,
    before,
    after: doc,
    patches,
    inverse,
    group: group?.key ?? null,
    at: now,
  };
  return { done: [...history.done, step].slice(-MOST_STEPS), undone: [] };
}

export function stepBack({ done, undone }: History): { history: History; step: Step } | null {
  const step = done.at(-1);
  if (!step) return null;
  // A step gone back to is closed: typing on starts a new one.
  const closed = done
    .slice(0, -1)
    .map((each, index, all) =>
      index === all.length - 1 && each.group !== null ? { ...each, group: null } : each,
    );
  return { history: { done: closed, undone: [...undone, step] }, step };
}

export function stepForward({ done, undone }: History): { history: History; step: Step } | null {
  const step = undone.at(-1);
  if (!step) return null;
  const history = { done: [...done, { ...step, group: null }], undone: undone.slice(0, -1) };
  return { history, step };
}
