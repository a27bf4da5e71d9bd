// Runs and their steps.
import { queryOptions } from "@tanstack/react-query";
import { part, request } from "./client";
import type { Json, Page, RunLimits, RunStatus, RunView, StepView } from "./types";

export interface RunFilter {
  agent?: string | undefined;
  status?: RunStatus | undefined;
  page?: number | undefined;
  page_size?: number | undefined;
}

/** Whether a run in this state can still change by itself. */
export function moving(status: RunStatus): boolean {
  return status === "queued" || status === "running";
}

export const runsQuery = (filter: RunFilter = {}) =>
  queryOptions({
    queryKey: ["runs", filter],
    queryFn: ({ signal }) =>
      request<Page<RunView>>("GET", "/runs", { query: { ...filter }, signal }),
    refetchInterval: ({ state }) =>
      state.data?.items.some((run) => moving(run.status)) ? 2000 : false,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", id],
    queryFn: ({ signal }) =>
      request<RunView>("GET", `/runs/${part(id)}`, { query: { include: "document" }, signal }),
  });

export const stepsQuery = (id: string, node?: string) =>
  queryOptions({
    queryKey: ["runs", id, "steps", node ?? ""],
    queryFn: ({ signal }) =>
      request<Page<StepView>>("GET", `/runs/${part(id)}/steps`, {
        query: { node, page_size: 200 },
        signal,
      }),
  });

export const startRun = (
  agent: string,
  inputs: Record<string, Json>,
  version: "draft" | "published" = "draft",
) => request<RunView>("POST", `/agents/${part(agent)}/runs`, { body: { inputs, version } });

export const cancelRun = (id: string) => request<RunView>("POST", `/runs/${part(id)}/cancel`);

export const retryRun = (id: string) => request<RunView>("POST", `/runs/${part(id)}/retry`);

export const resumeRun = (id: string, limits: RunLimits) =>
  request<RunView>("POST", `/runs/${part(id)}/resume`, { body: { limits } });
