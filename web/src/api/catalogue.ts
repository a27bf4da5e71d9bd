// What the server offers: blocks, templates, models, and about itself.
import { queryOptions } from "@tanstack/react-query";
import { request } from "./client";
import type {
  BlockSpec,
  BrokenBlock,
  MeView,
  ModelView,
  Page,
  SettingsView,
  TemplateView,
} from "./types";

type Items<T> = Pick<Page<T>, "items">;

const STEADY = { staleTime: 5 * 60_000 };

export const blocksQuery = () =>
  queryOptions({
    queryKey: ["blocks"],
    queryFn: ({ signal }) => request<Items<BlockSpec>>("GET", "/blocks", { signal }),
    select: (page) => page.items,
    ...STEADY,
  });

export const brokenBlocksQuery = () =>
  queryOptions({
    queryKey: ["blocks", "broken"],
    queryFn: ({ signal }) => request<Items<BrokenBlock>>("GET", "/blocks/broken", { signal }),
    select: (page) => page.items,
  });

export const templatesQuery = () =>
  queryOptions({
    queryKey: ["templates"],
    queryFn: ({ signal }) => request<Items<TemplateView>>("GET", "/templates", { signal }),
    select: (page) => page.items,
    ...STEADY,
  });

export const modelsQuery = () =>
  queryOptions({
    queryKey: ["models"],
    queryFn: ({ signal }) => request<Items<ModelView>>("GET", "/models", { signal }),
    select: (page) => page.items,
    ...STEADY,
  });

export const settingsQuery = () =>
  queryOptions({
    queryKey: ["settings"],
    queryFn: ({ signal }) => request<SettingsView>("GET", "/settings", { signal }),
  });

export const meQuery = () =>
  queryOptions({
    queryKey: ["me"],
    queryFn: ({ signal }) => request<MeView>("GET", "/me", { signal }),
    ...STEADY,
  });
