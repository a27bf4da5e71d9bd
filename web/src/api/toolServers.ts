// Servers that speak MCP: which there are, what they offer, whether somebody agreed to it.
import { queryOptions } from "@tanstack/react-query";
import { part, send } from "./client";
import type { components } from "./schema";

type Wire = components["schemas"];

export type ToolServer = Required<Wire["ToolServerView"]>;
export type ToolServerDraft = Partial<Wire["NewToolServer"]> & { name: string };

const AT = (id: string) => `/tool-servers/${part(id)}`;

export const toolServersQuery = () =>
  queryOptions({
    queryKey: ["tool-servers"],
    queryFn: ({ signal }) => send<{ items: ToolServer[] }>("GET", "/tool-servers", { signal }),
    select: (list) => list.items,
  });

export const addToolServer = (body: ToolServerDraft) =>
  send<ToolServer>("POST", "/tool-servers", { body });

export const testToolServer = (id: string) => send<ToolServer>("POST", `${AT(id)}/test`);

export const approveToolServer = (id: string) => send<ToolServer>("POST", `${AT(id)}/approve`);

export const connectToolServer = (id: string) =>
  send<{ url: string }>("POST", `${AT(id)}/connect`, { body: {} });

export const removeToolServer = (id: string) => send<void>("DELETE", AT(id));
