// What agents remember: of one agent, or, with an empty id, what all agents of the team share.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { BASE } from "./address";
import { part, send } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type Wire = components["schemas"];

export const KINDS = ["fact", "preference", "episode", "note"] as const;

export type MemoryKind = (typeof KINDS)[number];

export type Memory = Omit<Required<Wire["MemoryView"]>, "kind" | "said_by"> & {
  kind: MemoryKind;
  said_by: "user" | "tool" | "model" | "person";
};

export interface MemoryDraft {
  text: string;
  kind: MemoryKind;
  about: string;
  importance: number;
  trusted: boolean;
}

const AT = (id: string) => `/memories/${part(id)}`;

export const memoriesQuery = (agent: string, search: string, page: number) =>
  queryOptions({
    queryKey: ["memories", agent, search, page],
    queryFn: ({ signal }) =>
      send<Page<Memory>>("GET", "/memories", {
        query: { agent, search, page, page_size: 50 },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const addMemory = (agent: string, { trusted: _, ...body }: MemoryDraft) =>
  send<Memory>("POST", "/memories", { query: { agent }, body });

export const changeMemory = (agent: string, id: string, body: MemoryDraft) =>
  send<Memory>("PUT", AT(id), { query: { agent }, body });

export const forgetMemory = (agent: string, id: string) =>
  send<void>("DELETE", AT(id), { query: { agent } });

export const memoriesExport = (agent: string) =>
  `${BASE}/api/v1/memories/export?agent=${encodeURIComponent(agent)}`;
