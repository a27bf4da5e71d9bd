// Teams, roles, and what is shared by link.
import { queryOptions } from "@tanstack/react-query";
import { BASE } from "./address";
import { part, send } from "./client";
import type { components } from "./schema";
import type { AgentInput, Json, Page, RunStatus, StepStatus, StoredError } from "./types";

type Team = Wire["TeamView"];

export type Member = Wire["MemberView"];

/** `link` comes once, in the answer that made it. */
export type Invited = Wire["TeamInvitationView"];

export type Role = Wire["RoleView"];

type Permission = Wire["PermissionView"];

type Wire = components["schemas"];

interface Items<T> {
  items: T[];
}

const TEAM = (id: string) => `/teams/${part(id)}`;

export const membersQuery = (team: string) =>
  queryOptions({
    queryKey: ["teams", team, "members"],
    queryFn: ({ signal }) =>
      send<Page<Member>>("GET", `${TEAM(team)}/members`, { query: { page_size: 100 }, signal }),
  });

export const invitationsQuery = (team: string) =>
  queryOptions({
    queryKey: ["teams", team, "invitations"],
    queryFn: ({ signal }) => send<Items<Invited>>("GET", `${TEAM(team)}/invitations`, { signal }),
    select: (page) => page.items,
  });

export const makeTeam = (name: string) => send<Team>("POST", "/teams", { body: { name } });
export const renameTeam = (id: string, name: string) =>
  send<Team>("PATCH", TEAM(id), { body: { name } });
export const deleteTeam = (id: string) => send<void>("DELETE", TEAM(id));
export const setMemberRole = (team: string, user: string, role: string) =>
  send<void>("PATCH", `${TEAM(team)}/members/${part(user)}`, { body: { role } });
export const removeMember = (team: string, user: string) =>
  send<void>("DELETE", `${TEAM(team)}/members/${part(user)}`);
export const inviteToTeam = (team: string, email: string, role: string) =>
  send<Invited>("POST", `${TEAM(team)}/invitations`, { body: { email, role } });
export const withdrawInvitation = (team: string, id: string) =>
  send<void>("DELETE", `${TEAM(team)}/invitations/${part(id)}`);

export const rolesQuery = () =>
  queryOptions({
    queryKey: ["roles"],
    queryFn: ({ signal }) => send<Items<Role>>("GET", "/roles", { signal }),
    select: (page) => page.items,
  });

export const permissionsQuery = () =>
  queryOptions({
    queryKey: ["permissions"],
    queryFn: ({ signal }) => send<Items<Permission>>("GET", "/permissions", { signal }),
    select: (page) => page.items,
  });

export const putRole = (name: string, permissions: string[]) =>
  send<Role>("PUT", `/roles/${part(name)}`, { body: { permissions } });
export const removeRole = (name: string) => send<void>("DELETE", `/roles/${part(name)}`);

export type Shareable = Link["resource"];

export type Link = Wire["LinkView"];

export type LinkScope = Link["scopes"][number];

export const linksQuery = (resource: Shareable, id: string) =>
  queryOptions({
    queryKey: ["links", resource, id],
    queryFn: ({ signal }) =>
      send<Items<Link>>("GET", "/links", { query: { resource, resource_id: id }, signal }),
    select: (page) =>
      page.items.filter((link) => link.resource === resource && link.resource_id === id),
  });

export const makeLink = (draft: {
  resource: Shareable;
  resource_id: string;
  scopes: LinkScope[];
  expires_at: string | null;
}) => send<Wire["NewLinkView"]>("POST", "/links", { body: draft });

export const endLink = (id: string) => send<void>("DELETE", `/links/${part(id)}`);

/** What to send to somebody. */
export const sharedAddress = (token: string) => `${location.origin}${BASE}/s/${part(token)}`;

/** A step of a run as strangers see it. */
export interface SharedStep {
  node: string;
  iteration: number;
  block: string | null;
  status: StepStatus;
  outputs: [string, Json][];
  duration: number | null;
}

export interface SharedRun {
  id: string;
  agent_name: string;
  status: RunStatus;
  inputs: Record<string, Json> | null;
  outputs: Record<string, Json>;
  error: StoredError | null;
  created_at: string;
  steps: SharedStep[] | null;
}

export interface Shared {
  resource: Shareable;
  scopes: LinkScope[];
  expires_at: string | null;
  agent: { name: string; description: string; inputs: AgentInput[] } | null;
  run: SharedRun | null;
  thread: Wire["SharedThreadView"] | null;
}

export const sharedQuery = (token: string) =>
  queryOptions({
    queryKey: ["shared", token],
    queryFn: ({ signal }) => send<Shared>("GET", `/shared/${part(token)}`, { signal }),
    retry: false,
  });

export const runShared = (token: string, inputs: Record<string, Json>) =>
  send<SharedRun>("POST", `/shared/${part(token)}/runs`, { body: { inputs } });

export const sharedRunQuery = (token: string, run: string) =>
  queryOptions({
    queryKey: ["shared", token, "runs", run],
    queryFn: ({ signal }) =>
      send<SharedRun>("GET", `/shared/${part(token)}/runs/${part(run)}`, { signal }),
    refetchInterval: ({ state }) =>
      state.data && ["completed", "failed", "cancelled"].includes(state.data.status) ? false : 1000,
  });

/** Takes a shared agent over into one's own team. */
export const copyShared = (token: string) =>
  send<{ id: string; name: string }>("POST", `/shared/${part(token)}/copy`);
