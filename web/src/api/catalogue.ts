// What the server offers: blocks, templates, models, and about itself.
import { queryOptions } from "@tanstack/react-query";
import { BODY_BLOCKS } from "./bodies";
import { answer, api } from "./client";
import type { BlockSpec, BrokenBlock, ModelView, SettingsView, TemplateView } from "./types";

interface Items<T> {
  items: T[];
}

const STEADY = { staleTime: 5 * 60_000 };

const withBodies = ({ items }: Items<BlockSpec>) => [...items, ...BODY_BLOCKS];

export const blocksQuery = () =>
  queryOptions({
    queryKey: ["blocks"],
    queryFn: ({ signal }) =>
      answer<Items<BlockSpec>>(
        api.GET("/api/v1/blocks", { params: { query: { versions: "all" } }, signal }),
      ),
    select: withBodies,
    ...STEADY,
  });

export const brokenBlocksQuery = () =>
  queryOptions({
    queryKey: ["blocks", "broken"],
    queryFn: ({ signal }) =>
      answer<Items<BrokenBlock>>(api.GET("/api/v1/blocks/broken", { signal })),
    select: (page) => page.items,
  });

/** The same, looked at while somebody builds: a file that is saved shows within seconds. */
export const watchedBrokenBlocksQuery = () =>
  queryOptions({ ...brokenBlocksQuery(), refetchInterval: 5_000 });

export const templatesQuery = () =>
  queryOptions({
    queryKey: ["templates"],
    queryFn: ({ signal }) => answer<Items<TemplateView>>(api.GET("/api/v1/templates", { signal })),
    select: (page) => page.items,
    ...STEADY,
  });

export const modelsQuery = () =>
  queryOptions({
    queryKey: ["models"],
    queryFn: ({ signal }) => answer<Items<ModelView>>(api.GET("/api/v1/models", { signal })),
    select: (page) => page.items,
    ...STEADY,
  });

export const settingsQuery = () =>
  queryOptions({
    queryKey: ["settings"],
    queryFn: ({ signal }) => answer<SettingsView>(api.GET("/api/v1/settings", { signal })),
  });
