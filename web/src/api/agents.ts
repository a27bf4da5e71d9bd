// Agents and their versions.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
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

const AGENT = "/api/v1/agents/{agent_id}";
const at = (id: string) => ({ params: { path: { agent_id: id } } });

export const agentsQuery = (filter: AgentFilter = {}) =>
  queryOptions({
    queryKey: ["agents", filter],
    queryFn: ({ signal }) =>
      answer<Page<AgentView>>(
        api.GET("/api/v1/agents", { params: { query: { page_size: 100, ...filter } }, signal }),
      ),
  });

export const agentQuery = (id: string) =>
  queryOptions({
    queryKey: ["agents", id],
    queryFn: ({ signal }) => answer<AgentView>(api.GET(AGENT, { ...at(id), signal })),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["agents", id, "versions"],
    queryFn: ({ signal }) =>
      answer<Page<VersionView>>(api.GET(`${AGENT}/versions`, { ...at(id), signal })),
  });

/** The stored draft as an agent file; asked again for every revision. */
export const agentTextQuery = (id: string, revision: number) =>
  queryOptions({
    queryKey: ["agents", id, "text", revision],
    queryFn: ({ signal }) =>
      answer<string>(api.GET(`${AGENT}/export`, { ...at(id), parseAs: "text", signal })),
  });

export const createAgent = (draft: AgentDraft) =>
  answer<AgentView>(api.POST("/api/v1/agents", { body: draft }));

export const saveAgent = (
  id: string,
  revision: number,
  change: { name?: string; description?: string; document?: AgentDocument },
) =>
  answer<AgentView>(
    api.PATCH(AGENT, {
      params: { ...at(id).params, header: { "if-match": `"${revision}"` } },
      body: change,
    }),
  );

export const deleteAgent = (id: string) => answer<void>(api.DELETE(AGENT, at(id)));

/** Brings a deleted agent back. */
export const restoreAgent = (id: string) => answer<AgentView>(api.POST(`${AGENT}/restore`, at(id)));

export const duplicateAgent = (id: string) =>
  answer<AgentView>(api.POST(`${AGENT}/duplicate`, at(id)));

export const publishAgent = (id: string, label?: string) =>
  answer<VersionView>(api.POST(`${AGENT}/versions`, { ...at(id), body: { label: label ?? "" } }));

export const restoreVersion = (id: string, version: number) =>
  answer<AgentView>(
    api.POST(`${AGENT}/versions/{version}/restore`, {
      params: { path: { agent_id: id, version } },
    }),
  );

export const checkDocument = (document: AgentDocument, signal?: AbortSignal) =>
  answer<{ findings: Finding[] }>(
    api.POST("/api/v1/agents/check", { body: { document }, ...(signal ? { signal } : {}) }),
  );
