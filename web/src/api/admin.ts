// The server as a whole: its users, what was done, how it is, and where events are sent.
import { queryOptions } from "@tanstack/react-query";
import { API } from "./address";
import { part, send } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

export type UserView = Wire["UserView"];

type Wire = components["schemas"];
type Invited = Wire["InvitationView"];

interface Items<T> {
  items: T[];
}

const USER = (id: string) => `/users/${part(id)}`;

export const usersQuery = (filter: { search?: string | undefined; page?: number | undefined }) =>
  queryOptions({
    queryKey: ["users", filter],
    queryFn: ({ signal }) =>
      send<Page<UserView>>("GET", "/users", { query: { page_size: 25, ...filter }, signal }),
  });

export const changeUser = (
  id: string,
  change: Partial<Pick<UserView, "name" | "role" | "disabled">>,
) => send<UserView>("PATCH", USER(id), { body: change });

export const deleteUser = (id: string) => send<void>("DELETE", USER(id));
export const resetLink = (id: string) => send<{ link: string }>("POST", `${USER(id)}/reset`);

export const userInvitationsQuery = () =>
  queryOptions({
    queryKey: ["users", "invitations"],
    queryFn: ({ signal }) => send<Items<Invited>>("GET", "/users/invitations", { signal }),
    select: (page) => page.items,
  });

export const inviteUser = (email: string, role: string) =>
  send<Invited>("POST", "/users/invitations", { body: { email, role } });
export const withdrawUserInvitation = (id: string) =>
  send<void>("DELETE", `/users/invitations/${part(id)}`);

export type Outcome = AuditEntry["outcome"];

export interface AuditFilter {
  user?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  outcome?: Outcome | undefined;
  since?: string | undefined;
  until?: string | undefined;
  page?: number | undefined;
}

export type AuditEntry = Wire["AuditView"];

export const auditQuery = (filter: AuditFilter) =>
  queryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ signal }) =>
      send<Page<AuditEntry>>("GET", "/audit", { query: { page_size: 50, ...filter }, signal }),
  });

export function auditExport(filter: AuditFilter): string {
  const { page: _page, ...kept } = filter;
  const given = Object.entries(kept).filter(([, value]) => value);
  return `${API}/audit/export?${new URLSearchParams(given as [string, string][])}`;
}

export type WorkerView = Wire["WorkerView"];

export type Overview = Wire["OverviewView"];

export const overviewQuery = () =>
  queryOptions({
    queryKey: ["overview"],
    queryFn: ({ signal }) => send<Overview>("GET", "/admin/overview", { signal }),
    refetchInterval: 5000,
  });

/** `secret` comes once, in the answer that made it. */
export type Webhook = Wire["WebhookView"];

export type Delivery = Wire["DeliveryView"];

export const webhooksQuery = () =>
  queryOptions({
    queryKey: ["webhooks"],
    queryFn: ({ signal }) => send<Items<Webhook>>("GET", "/webhooks", { signal }),
    select: (page) => page.items,
  });

const HOOK = (id: string) => `/webhooks/${part(id)}`;

export interface WebhookDraft {
  name: string;
  url: string;
  events: string[];
  enabled?: boolean;
}

export const makeWebhook = (draft: WebhookDraft) =>
  send<Webhook>("POST", "/webhooks", { body: draft });
export const changeWebhook = (id: string, change: Partial<WebhookDraft>) =>
  send<Webhook>("PATCH", HOOK(id), { body: change });
export const deleteWebhook = (id: string) => send<void>("DELETE", HOOK(id));
export const testWebhook = (id: string) => send<Delivery>("POST", `${HOOK(id)}/test`);

export const deliveriesQuery = (id: string, page: number, status?: Delivery["status"]) =>
  queryOptions({
    queryKey: ["webhooks", id, "deliveries", page, status ?? ""],
    queryFn: ({ signal }) =>
      send<Page<Delivery>>("GET", `${HOOK(id)}/deliveries`, {
        query: { page, page_size: 25, ...(status && { status }) },
        signal,
      }),
    refetchInterval: 5000,
  });

export const redeliver = (id: string) =>
  send<Delivery>("POST", `/deliveries/${part(id)}/redeliver`);
