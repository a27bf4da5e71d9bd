// Text that is still being written. It is told once, pieces may be missing, and it may come from a worker that
// was given up: then a later claim of the run, or a later attempt of the step, has the word.
import type { RunEvents } from "@/api/types";
import { stepKey } from "./steps";

/** Who writes, and how many characters they have written. */
export interface Arriving {
  step: string;
  claim: number;
  attempt: number;
  length: number;
}

interface Written {
  deltas: Record<string, string>;
  arriving: Record<string, Arriving>;
}

const GAP = "… ";

/** The node with a piece of text added, unless it came twice or somebody else writes by now. */
export function appendDelta<T extends Written>(node: T, data: RunEvents["step_delta"]): T {
  const { pin, text, claim = 0, attempt = 0 } = data;
  const step = stepKey(data);
  const before = node.arriving[pin];
  const same = before?.step === step ? before : undefined;
  const order = same ? claim - same.claim || attempt - same.attempt : 1;
  if (order < 0) return node;
  const goesOn = order === 0 && node.deltas[pin] !== undefined;
  const length = goesOn ? (same?.length ?? 0) : 0;
  const offset = data.offset ?? length;
  if (offset < length) return node;
  const known = (goesOn ? (node.deltas[pin] ?? "") : "") + (offset > length ? GAP : "");
  return {
    ...node,
    deltas: { ...node.deltas, [pin]: known + text },
    arriving: {
      ...node.arriving,
      [pin]: { step, claim, attempt, length: offset + [...text].length },
    },
  };
}
