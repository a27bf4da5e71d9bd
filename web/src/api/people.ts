// Who is signed in, and everything about one's own account.
import { queryOptions } from "@tanstack/react-query";
import { API } from "./address";
import { part, send } from "./client";
import type { components } from "./schema";

type Wire = components["schemas"];

export type AuthState = Wire["AuthStateView"];

export type TeamOfMine = Wire["MyTeamView"];

export type Me = Wire["MeView"];

export type SecondKind = Factor["kind"];

export type SignedIn = Omit<Wire["SignedInView"], "second"> & {
  second: { token: string; kinds: SecondKind[] } | null;
};

export type SessionView = Wire["SessionView"];

export type Factor = Wire["FactorView"];

export type Identity = Wire["IdentityView"];

export type ApiKey = Wire["ApiKeyView"];

interface Items<T> {
  items: T[];
}

export const authStateQuery = () =>
  queryOptions({
    queryKey: ["auth", "state"],
    queryFn: ({ signal }) => send<AuthState>("GET", "/auth/state", { signal }),
  });

export const meQuery = () =>
  queryOptions({
    queryKey: ["me"],
    queryFn: ({ signal }) => send<Me>("GET", "/me", { signal }),
    staleTime: 60_000,
    retry: false,
  });

export const signIn = (email: string, password: string) =>
  send<SignedIn>("POST", "/auth/sign-in", { body: { email, password } });

export const signOut = () => send<void>("POST", "/auth/sign-out");

export const makeFirst = (first: { email: string; password: string; name: string; code: string }) =>
  send<SignedIn>("POST", "/auth/first", { body: first });

export const secondFactor = (token: string, shown: { code: string } | { credential: object }) =>
  send<SignedIn>("POST", "/auth/second-factor", { body: { token, ...shown } });

export const secondPasskeyOptions = (token: string) =>
  send<object>("POST", "/auth/second-factor/passkey-options", { body: { token } });

export const passkeyOptions = () => send<object>("POST", "/auth/passkey/options");

export const signInByPasskey = (credential: object) =>
  send<SignedIn>("POST", "/auth/passkey", { body: { credential } });

/** Where a browser goes to sign in elsewhere, and comes back from to `back`. */
export const providerAddress = (id: string, back: string) =>
  `${API}/auth/providers/${part(id)}/start?back=${encodeURIComponent(back)}`;

export const requestReset = (email: string) =>
  send<void>("POST", "/auth/reset/request", { body: { email } });

export const resetPassword = (token: string, password: string) =>
  send<SignedIn>("POST", "/auth/reset", { body: { token, password } });

export type Invitation = Wire["InvitedView"];

export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ["auth", "invitation", token],
    queryFn: ({ signal }) =>
      send<Invitation>("GET", `/auth/invitations/${part(token)}`, { signal }),
    retry: false,
  });

export const acceptInvitation = (token: string, name: string, password: string) =>
  send<SignedIn>("POST", `/auth/invitations/${part(token)}`, { body: { name, password } });

export const confirmAgain = (shown: { password: string } | { code: string }) =>
  send<void>("POST", "/auth/confirm", { body: shown });

export const confirmPasskeyOptions = () => send<object>("POST", "/auth/confirm/passkey-options");
export const confirmByPasskey = (credential: object) =>
  send<void>("POST", "/auth/confirm/passkey", { body: { credential } });

/** By the link that was mailed to the new address. */
export const confirmEmail = (token: string) =>
  send<void>("POST", "/auth/email", { body: { token } });

/** `sent`: the new address must confirm it first. */
export const changeEmail = (email: string) =>
  send<{ sent: boolean }>("PUT", "/me/email", { body: { email } });

export const renameMe = (name: string) => send<Me>("PATCH", "/me", { body: { name } });

export const changePassword = (current: string, next: string) =>
  send<void>("PUT", "/me/password", { body: { current, new: next } });

export const chooseTeam = (team: string) => send<void>("PUT", "/me/team", { body: { team } });

export const sessionsQuery = () =>
  queryOptions({
    queryKey: ["me", "sessions"],
    queryFn: ({ signal }) => send<Items<SessionView>>("GET", "/me/sessions", { signal }),
    select: (page) => page.items,
  });

export const endSession = (id: string) => send<void>("DELETE", `/me/sessions/${part(id)}`);
export const endOtherSessions = () => send<void>("DELETE", "/me/sessions");

export const factorsQuery = () =>
  queryOptions({
    queryKey: ["me", "factors"],
    queryFn: ({ signal }) => send<Items<Factor>>("GET", "/me/factors", { signal }),
    select: (page) => page.items,
  });

export const beginTotp = (name: string) =>
  send<{ id: string; secret: string; uri: string }>("POST", "/me/factors/totp", { body: { name } });
export const finishTotp = (id: string, code: string) =>
  send<Factor>("POST", `/me/factors/totp/${part(id)}`, { body: { code } });
export const newPasskeyOptions = () => send<object>("POST", "/me/factors/passkey/options");
export const addPasskey = (name: string, credential: object) =>
  send<Factor>("POST", "/me/factors/passkey", { body: { name, credential } });
export const makeRecoveryCodes = () => send<{ codes: string[] }>("POST", "/me/factors/recovery");
export const removeFactor = (id: string) => send<void>("DELETE", `/me/factors/${part(id)}`);

export const identitiesQuery = () =>
  queryOptions({
    queryKey: ["me", "identities"],
    queryFn: ({ signal }) => send<Items<Identity>>("GET", "/me/identities", { signal }),
    select: (page) => page.items,
  });

export const unlinkIdentity = ({ issuer, subject }: Identity) =>
  send<void>("DELETE", `/me/identities/${part(issuer)}/${part(subject)}`);

export const apiKeysQuery = () =>
  queryOptions({
    queryKey: ["api-keys"],
    queryFn: ({ signal }) => send<Items<ApiKey>>("GET", "/api-keys", { signal }),
    select: (page) => page.items,
  });

export const makeApiKey = (draft: { name: string; scopes: string[]; expires_at: string | null }) =>
  send<ApiKey & { key: string }>("POST", "/api-keys", { body: draft });

export const removeApiKey = (id: string) => send<void>("DELETE", `/api-keys/${part(id)}`);
