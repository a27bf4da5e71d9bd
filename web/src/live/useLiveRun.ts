// Keeps one run fresh: its record, its steps, and the live store while it moves.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { moving, runQuery, stepsQuery } from "@/api/runs";
import { clearLive, followLive, type LiveStore } from "./store";

const REFRESH_MS = 400;

export function useLiveRun(id: string | undefined, live: LiveStore, whole = false, pages = 1) {
  const client = useQueryClient();
  const wanted = { enabled: id !== undefined };
  const run = useQuery({ ...runQuery(id ?? ""), ...wanted });
  const steps = useQuery({
    ...stepsQuery(id ?? "", undefined, pages),
    ...wanted,
    // Asking for more leaves what is shown where it is.
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
  });
  const status = run.data?.status;
  // `whole` also replays a run that is over, for those who draw its last state.
  const going = status !== undefined && (moving(status) || status === "waiting");
  const following = id !== undefined && (going || (whole && status !== undefined));

  useEffect(() => {
    if (!id || !following) return;
    const refresh = () => client.invalidateQueries({ queryKey: ["runs"] });
    const stop = followLive(live, id, refresh);
    // Steps are asked for again a moment after they changed, not once per event.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = live.subscribe((now, before) => {
      if (now.status !== before.status)
        void client.invalidateQueries({ queryKey: ["runs", id], exact: true });
      if (now.nodes === before.nodes || timer) return;
      timer = setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: ["runs", id, "steps"] });
        // What the run waits for stands in its record.
        void client.invalidateQueries({ queryKey: ["runs", id], exact: true });
      }, REFRESH_MS);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
      stop();
    };
  }, [id, following, live, client]);

  useEffect(() => {
    if (id === undefined) clearLive(live);
  }, [id, live]);

  return { run, steps };
}
