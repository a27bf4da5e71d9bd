import type { RunView } from "@/api/types";

/** How long a run took, or has been going on; null before it starts. */
export function runSeconds(run: RunView, now = Date.now()): number | null {
  if (!run.started_at) return null;
  const end = run.ended_at ? Date.parse(run.ended_at) : now;
  return Math.max(0, (end - Date.parse(run.started_at)) / 1000);
}
