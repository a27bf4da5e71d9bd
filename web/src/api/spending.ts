// What models took, the budgets that limit it, and what a run would take.
import { queryOptions } from "@tanstack/react-query";
import { part, send } from "./client";
import type { components } from "./schema";

type Wire = components["schemas"];

export type BudgetView = Wire["BudgetView"];
export type SpendLimits = Wire["SpendLimits"];
export type UsageReport = Wire["UsageReportView"];
export type ModelUsage = Wire["ModelUsageView"];
export type Estimate = Wire["EstimateView"];
export type UsageBy = "day" | "agent" | "model";

export const WINDOWS = ["run", "day", "month", "total"] as const;
export type Window = (typeof WINDOWS)[number];
export type Windows = Partial<Record<Window, SpendLimits>>;

interface Items<T> {
  items: T[];
}

/** The days before today that are shown. */
const SHOWN = 29;

export const usageQuery = (by: UsageBy) =>
  queryOptions({
    queryKey: ["usage", by],
    queryFn: ({ signal }) => {
      const since = new Date(Date.now() - SHOWN * 86_400_000).toISOString().slice(0, 10);
      return send<UsageReport>("GET", "/usage", { query: { by, since }, signal });
    },
  });

export const budgetsQuery = () =>
  queryOptions({
    queryKey: ["budgets"],
    queryFn: ({ signal }) => send<Items<BudgetView>>("GET", "/budgets", { signal }),
    select: (page) => page.items,
  });

export const setBudget = (scope: string, windows: Windows) =>
  send<BudgetView>("PUT", `/budgets/${part(scope)}`, { body: windows });

export const removeBudget = (scope: string) => send<void>("DELETE", `/budgets/${part(scope)}`);

export const estimateQuery = (agent: string) =>
  queryOptions({
    queryKey: ["agents", agent, "estimate"],
    queryFn: ({ signal }) =>
      send<Estimate>("POST", `/agents/${part(agent)}/estimate`, { body: {}, signal }),
    gcTime: 0,
  });
