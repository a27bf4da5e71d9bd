// The events that may be sent.

export const EVENTS = [
  "run.started",
  "run.waiting",
  "run.completed",
  "run.failed",
  "run.cancelled",
] as const;
