// The story of a run, line by line.
import type { RunEvent } from "@/api/types";

export interface LogLine {
  /** Counts up over the whole run. */
  number: number;
  /** Milliseconds since the epoch, when it was heard of. */
  at: number;
  event: RunEvent;
}

const MOST = 5000;
// Pieces of text and progress would drown everything else.
const QUIET = new Set<RunEvent["kind"]>([
  "step_delta",
  "step_progress",
  "step_emitted",
  "tool_started",
]);

export function appendLog(log: LogLine[], events: readonly RunEvent[], at: number): LogLine[] {
  const loud = events.filter((event) => !QUIET.has(event.kind));
  if (loud.length === 0) return log;
  const first = (log.at(-1)?.number ?? 0) + 1;
  const lines = loud.map((event, index) => ({ number: first + index, at, event }));
  return [...log, ...lines].slice(-MOST);
}
