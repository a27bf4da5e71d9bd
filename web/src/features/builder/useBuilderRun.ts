// Running the agent from its canvas: save, ask for inputs, start, follow, stop.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { agentQuery } from "@/api/agents";
import { blocksQuery } from "@/api/catalogue";
import { cancelRun, pauseRun, resumeRun, startRun } from "@/api/runs";
import type { AgentDocument, AgentView, Json, RunLimits } from "@/api/types";
import { namesOf } from "@/live/names";
import { useLiveRun } from "@/live/useLiveRun";
import { useFormats } from "@/ui/format";
import { useEditor, useSession } from "./session";

const route = getRouteApi("/agents/$id/edit");

export function useBuilderRun() {
  const { agent: id, editor, autosave, live } = useSession();
  const { pick } = useFormats();
  const client = useQueryClient();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [asking, setAsking] = useState<AgentView | null>(null);
  const { run, steps } = useLiveRun(search.run, live, true);
  const blocks = useQuery(blocksQuery());
  const doc = useEditor((state) => state.doc);
  // Names are those of the canvas now; `doc` only says when they may have changed.
  const nameOf = useMemo(
    () => (doc ? namesOf(editor.tree() as AgentDocument, blocks.data, pick) : String),
    [doc, editor, blocks.data, pick],
  );

  const start = async (inputs: Record<string, Json>) => {
    const started = await startRun(id, inputs);
    setAsking(null);
    await navigate({ search: { ...search, run: started.id }, replace: true });
    await client.invalidateQueries({ queryKey: ["runs"], exact: false, refetchType: "none" });
  };
  const begin = useMutation({
    mutationFn: async () => {
      await autosave.flush();
      const stored = await client.fetchQuery({ ...agentQuery(id), staleTime: 0 });
      if (stored.inputs.length) setAsking(stored);
      else await start({});
    },
  });
  const stop = useMutation({
    mutationFn: (going: string) => cancelRun(going),
    onSettled: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
  const resume = useMutation({
    mutationFn: (limits: RunLimits) => resumeRun(search.run ?? "", limits),
    onSettled: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
  const pause = useMutation({
    mutationFn: () => pauseRun(search.run ?? ""),
    onSettled: () => client.invalidateQueries({ queryKey: ["runs"] }),
  });
  const status = run.data?.status;
  return {
    run: search.run ? run.data : undefined,
    steps: steps.data?.items ?? [],
    running: status === "running" || status === "queued" || status === "waiting",
    starting: begin.isPending,
    nameOf,
    asking,
    start,
    begin: () => {
      if (!begin.isPending) begin.mutate();
    },
    resume,
    pause,
    stop: () => search.run && stop.mutate(search.run),
    dismiss: () => setAsking(null),
  };
}
