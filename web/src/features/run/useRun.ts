// One run as the page needs it: record, steps, names, and what can be done to it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { blocksQuery } from "@/api/catalogue";
import { cancelRun, pauseRun, resumeRun } from "@/api/runs";
import type { RunLimits } from "@/api/types";
import { namesOf, pinLabels } from "@/live/names";
import { createLive } from "@/live/store";
import { useLiveRun } from "@/live/useLiveRun";
import { useFormats } from "@/ui/format";

export function useRun(id: string) {
  const client = useQueryClient();
  const { pick } = useFormats();
  const [live] = useState(createLive);
  const [pages, setPages] = useState(1);
  const { run, steps } = useLiveRun(id, live, false, pages);
  const blocks = useQuery(blocksQuery());
  const document = run.data?.document;
  const nameOf = useMemo(() => namesOf(document, blocks.data, pick), [document, blocks.data, pick]);
  const labelOf = useMemo(() => pinLabels(document), [document]);
  const settled = () => client.invalidateQueries({ queryKey: ["runs"] });
  const cancel = useMutation({ mutationFn: () => cancelRun(id), onSettled: settled });
  const resume = useMutation({
    mutationFn: (limits: RunLimits) => resumeRun(id, limits),
    onSettled: settled,
  });
  const pause = useMutation({ mutationFn: () => pauseRun(id), onSettled: settled });
  const more = () => setPages((now) => now + 1);
  return { live, run, steps, more, nameOf, labelOf, cancel, pause, resume };
}

export type Run = ReturnType<typeof useRun>;
