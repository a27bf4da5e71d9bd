// One run as the page needs it: its record, its steps, and the live state while it moves.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { blocksQuery } from "@/api/catalogue";
import { cancelRun, moving, resumeRun, runQuery, stepsQuery } from "@/api/runs";
import type { RunLimits } from "@/api/types";
import { namesOf } from "@/live/names";
import { createLive, followLive } from "@/live/store";
import { useFormats } from "@/ui/format";

const REFRESH_MS = 400;

export function useRun(id: string) {
  const client = useQueryClient();
  const { pick } = useFormats();
  const [live] = useState(createLive);
  const run = useQuery(runQuery(id));
  const steps = useQuery(stepsQuery(id));
  const blocks = useQuery(blocksQuery());
  const status = run.data?.status;
  const following = status !== undefined && (moving(status) || status === "waiting");

  useEffect(() => {
    if (!following) return;
    const refresh = () => client.invalidateQueries({ queryKey: ["runs", id] });
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
      }, REFRESH_MS);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
      stop();
    };
  }, [following, live, id, client]);

  const nameOf = useMemo(
    () => namesOf(run.data?.document, blocks.data, pick),
    [run.data?.document, blocks.data, pick],
  );
  const settled = () => client.invalidateQueries({ queryKey: ["runs"] });
  const cancel = useMutation({ mutationFn: () => cancelRun(id), onSettled: settled });
  const resume = useMutation({
    mutationFn: (limits: RunLimits) => resumeRun(id, limits),
    onSettled: settled,
  });
  return { live, run, steps, nameOf, cancel, resume };
}
