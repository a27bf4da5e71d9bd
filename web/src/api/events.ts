// The live events of one run: resumes where it stopped, ends with the run.
import { API } from "./address";
import { part } from "./client";
import type { RunEvent, RunEventKind } from "./types";

const KINDS: RunEventKind[] = [
  "run_started",
  "run_paused",
  "run_resumed",
  "run_waiting",
  "run_woken",
  "run_ended",
  "step_started",
  "tool_started",
  "step_progress",
  "step_delta",
  "step_emitted",
  "step_finished",
  "attempt_failed",
  "step_failed",
  "child_started",
  "child_finished",
  "child_failed",
];

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

interface Listener {
  onEvent: (event: RunEvent) => void;
  /** False while the connection is down. */
  onConnected?: (connected: boolean) => void;
}

/** Listens until the run ends or the returned function is called. */
export function followRun(run: string, { onEvent, onConnected }: Listener, after = 0): () => void {
  let last = after;
  let wait = FIRST_WAIT_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | null = null;
  let over = false;

  const stop = () => {
    over = true;
    clearTimeout(timer);
    source?.close();
  };
  const connect = () => {
    source = new EventSource(`${API}/runs/${part(run)}/events?after=${last}`);
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
      onConnected?.(true);
    };
    // Reconnecting is done here, not by the browser: it gives up for good on any answer but 200.
    source.onerror = () => {
      source?.close();
      if (over) return;
      onConnected?.(false);
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
    for (const kind of KINDS) source.addEventListener(kind, receive);
  };
  const receive = (message: MessageEvent<string>) => {
    const id = message.lastEventId ? Number(message.lastEventId) : null;
    const kind = message.type as RunEventKind;
    if (id !== null) last = Math.max(last, id);
    if (kind === "run_ended") stop();
    onEvent({ kind, id, data: JSON.parse(message.data) } as RunEvent);
  };
  connect();
  return stop;
}
