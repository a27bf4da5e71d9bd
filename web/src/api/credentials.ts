// Credentials and the providers they open; secrets go in and never come back.
import { queryOptions } from "@tanstack/react-query";
import { part, send } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type Wire = components["schemas"];

export type CredentialKind = Credential["kind"];
export type Health = Credential["health"];

/** Who may see a credential sees all of it but its secret. */
export type Credential = Required<Wire["CredentialView"]>;

export type ProviderField = Wire["FieldView"];

export type ProviderKind = Omit<Wire["KindView"], "kind"> & { kind: CredentialKind };

export type ProviderScope = Wire["ScopeView"];

export type Provider = Omit<Wire["ProviderView"], "kinds"> & { kinds: ProviderKind[] };

interface Providers extends Items<Provider> {
  /** The address that apps are registered with. */
  redirect: string;
}

type Tested = Wire["CredentialTestView"];

type Use = Wire["CredentialUseView"];

interface Items<T> {
  items: T[];
}

const AT = (id: string) => `/credentials/${part(id)}`;

export const credentialsQuery = (provider?: string) =>
  queryOptions({
    queryKey: ["credentials", provider ?? ""],
    queryFn: ({ signal }) =>
      send<Page<Credential>>("GET", "/credentials", {
        query: { page_size: 100, ...(provider && { provider }) },
        signal,
      }),
  });

export const providersQuery = () =>
  queryOptions({
    queryKey: ["providers"],
    queryFn: ({ signal }) => send<Providers>("GET", "/providers", { signal }),
    staleTime: 5 * 60_000,
  });

export const usesQuery = (id: string) =>
  queryOptions({
    queryKey: ["credential-uses", id],
    queryFn: ({ signal }) => send<Items<Use>>("GET", `${AT(id)}/uses`, { signal }),
    select: (page) => page.items,
  });

export interface CredentialDraft {
  provider: string;
  name: string;
  kind: CredentialKind;
  secret: Record<string, string>;
  settings: Record<string, string>;
}

export const makeCredential = (draft: CredentialDraft) =>
  send<Credential>("POST", "/credentials", { body: draft });

export const changeCredential = (
  id: string,
  change: Partial<Pick<CredentialDraft, "name" | "secret" | "settings">>,
) => send<Credential>("PATCH", AT(id), { body: change });

/** Answers `credential_in_use` with what uses it, unless forced. */
export const deleteCredential = (id: string, force = false) =>
  send<void>("DELETE", AT(id), { query: force ? { force: true } : {} });

export const testCredential = (id: string) => send<Tested>("POST", `${AT(id)}/test`);

export const startOAuth = (asked: {
  provider: string;
  name: string;
  scopes: string[];
  credential_id?: string;
  client_id?: string;
  client_secret?: string;
}) => send<{ url: string; state: string }>("POST", "/credentials/oauth/start", { body: asked });

export const oauthOutcome = (state: string) =>
  send<{ credential_id: string | null; error: { code?: string } | null }>(
    "GET",
    `/credentials/oauth/${part(state)}`,
  );
