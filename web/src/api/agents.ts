// Agents and their versions.
import { queryOptions } from "@tanstack/react-query";
import { part, request } from "./client";
import type { AgentDocument, AgentView, Finding, Page, VersionView } from "./types";

export interface AgentFilter {
  search?: string | undefined;
  sort?: "updated" | "name" | undefined;
  page_size?: number | undefined;
}

export interface AgentDraft {
  name?: string;
  description?: string;
  document?: AgentDocument;
  template?: string;
  text?: string;
}

export const agentsQuery = (filter: AgentFilter = {}) =>
  queryOptions({
    queryKey: ["agents", filter],
    queryFn: ({ signal }) =>
      request<Page<AgentView>>("GET", "/agents", { query: { page_size: 100, ...filter }, signal }),
  });

export const agentQuery = (id: string) =>
  queryOptions({
    queryKey: ["agents", id],
    queryFn: ({ signal }) => request<AgentView>("GET", `/agents/${part(id)}`, { signal }),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["agents", id, "versions"],
    queryFn: ({ signal }) =>
      request<Page<VersionView>>("GET", `/agents/${part(id)}/versions`, { signal }),
  });

/** The stored draft as an agent file; asked again for every revision. */
export const agentTextQuery = (id: string, revision: number) =>
  queryOptions({
    queryKey: ["agents", id, "text", revision],
    queryFn: ({ signal }) =>
      request<string>("GET", `/agents/${part(id)}/export`, { query: { format: "yaml" }, signal }),
  });

export const createAgent = (draft: AgentDraft) =>
  request<AgentView>("POST", "/agents", { body: draft });

export const saveAgent = (
  id: string,
  revision: number,
  change: { name?: string; description?: string; document?: AgentDocument },
) =>
  request<AgentView>("PATCH", `/agents/${part(id)}`, {
    body: change,
    headers: { "if-match": `"${revision}"` },
  });

export const deleteAgent = (id: string) => request<void>("DELETE", `/agents/${part(id)}`);

/** Brings a deleted agent back. */
export const restoreAgent = (id: string) =>
  request<AgentView>("POST", `/agents/${part(id)}/restore`);

export const duplicateAgent = (id: string) =>
  request<AgentView>("POST", `/agents/${part(id)}/duplicate`);

export const publishAgent = (id: string, label?: string) =>
  request<VersionView>("POST", `/agents/${part(id)}/versions`, { body: label ? { label } : {} });

export const restoreVersion = (id: string, version: number) =>
  request<AgentView>("POST", `/agents/${part(id)}/versions/${version}/restore`);

export const checkDocument = (document: AgentDocument, signal?: AbortSignal) =>
  request<{ findings: Finding[] }>("POST", "/agents/check", { body: { document }, signal });
