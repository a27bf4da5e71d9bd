import { useEffect, useState } from "react";

const BEAT_MS = 100;

/** Seconds since `from`, counting while `running`, else up to `until`. */
export function useElapsed(
  from: number | null,
  until: number | null,
  running: boolean,
): number | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running || from === null) return;
    const timer = setInterval(() => setNow(Date.now()), BEAT_MS);
    return () => clearInterval(timer);
  }, [running, from]);
  if (from === null) return null;
  const end = running ? now : (until ?? now);
  return Math.max(0, (end - from) / 1000);
}
