// Runs and their steps.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Json, Page, RunLimits, RunStatus, RunView, StepView } from "./types";

export interface RunFilter {
  agent?: string | undefined;
  status?: RunStatus | undefined;
  page?: number | undefined;
  page_size?: number | undefined;
}

const RUN = "/api/v1/runs/{run_id}";
const MOST_STEPS = 200;
const at = (id: string) => ({ params: { path: { run_id: id } } });

/** Whether a run in this state can still change by itself. */
export function moving(status: RunStatus): boolean {
  return status === "queued" || status === "running";
}

const asked = ({ status, ...rest }: RunFilter) => ({
  ...rest,
  ...(status && { status: [status] }),
});

export const runsQuery = (filter: RunFilter = {}) =>
  queryOptions({
    queryKey: ["runs", filter],
    queryFn: ({ signal }) =>
      answer<Page<RunView>>(api.GET("/api/v1/runs", { params: { query: asked(filter) }, signal })),
    refetchInterval: ({ state }) =>
      state.data?.items.some((run) => moving(run.status)) ? 2000 : false,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", id],
    queryFn: ({ signal }) =>
      answer<RunView>(
        api.GET(RUN, { params: { path: { run_id: id }, query: { include: "document" } }, signal }),
      ),
  });

const stepsPage = (id: string, query: { page: number; node?: string }, signal: AbortSignal) =>
  answer<Page<StepView>>(
    api.GET(`${RUN}/steps`, {
      params: { path: { run_id: id }, query: { page_size: MOST_STEPS, ...query } },
      signal,
    }),
  );

/** The first pages of the steps of a run, or of one node, as one. */
export const stepsQuery = (id: string, node?: string, pages = 1) =>
  queryOptions({
    queryKey: ["runs", id, "steps", node ?? "", pages],
    queryFn: async ({ signal }) => {
      const found: StepView[] = [];
      for (let page = 1; ; page += 1) {
        const part = await stepsPage(id, { page, ...(node === undefined ? {} : { node }) }, signal);
        found.push(...part.items);
        if (page >= Math.min(pages, part.total_pages)) return { ...part, items: found };
      }
    },
  });

/** Steps that are under way. */
export const runningSteps = async (id: string): Promise<StepView[]> => {
  const query = { page_size: MOST_STEPS, status: "running" as const };
  const found = await answer<Page<StepView>>(
    api.GET(`${RUN}/steps`, { params: { path: { run_id: id }, query } }),
  );
  return found.items;
};

export const startRun = (
  agent: string,
  inputs: Record<string, Json>,
  version: "draft" | "published" = "draft",
) =>
  answer<RunView>(
    api.POST("/api/v1/agents/{agent_id}/runs", {
      params: { path: { agent_id: agent } },
      body: { inputs, version },
    }),
  );

export const cancelRun = (id: string) => answer<RunView>(api.POST(`${RUN}/cancel`, at(id)));

export const pauseRun = (id: string) => answer<RunView>(api.POST(`${RUN}/pause`, at(id)));

export const signalRun = (id: string, name: string, data: Json) =>
  answer<RunView>(api.POST(`${RUN}/signals`, { ...at(id), body: { name, data } }));

export const resumeRun = (id: string, limits: RunLimits = {}) =>
  answer<RunView>(api.POST(`${RUN}/resume`, { ...at(id), body: { limits } }));
