// Every address of the app, what its search part means, and which chunk draws it.
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { withAccountWords } from "@/access/words";
import { BASE } from "@/api/address";
import type { AuditFilter } from "@/api/admin";
import { ApiError } from "@/api/errors";
import { meQuery } from "@/api/people";
import type { RunStatus } from "@/api/types";
import { Crashed, Missing } from "./Missing";
import { Shell } from "./Shell";

const STATUSES: readonly RunStatus[] = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
];

type Search = Record<string, unknown>;

interface LibrarySearch {
  q?: string | undefined;
  sort?: "updated" | "name" | undefined;
  view?: "grid" | "list" | undefined;
  new?: boolean | undefined;
}

interface BuilderSearch {
  run?: string | undefined;
  node?: string | undefined;
  /** A proposal to decide on. */
  proposal?: string | undefined;
}

interface RunsSearch {
  agent?: string | undefined;
  status?: RunStatus | undefined;
  page?: number | undefined;
}

interface RunSearch {
  node?: string | undefined;
  step?: number | undefined;
  tab?: "result" | "steps" | "timeline" | "logs" | undefined;
}

const text = (search: Search, key: string) =>
  search[key] === undefined || search[key] === "" ? undefined : String(search[key]);
const pageOf = ({ page }: Search) => (Number(page) > 1 ? Math.floor(Number(page)) : undefined);
const among = <T extends string>(values: readonly T[], value: unknown) =>
  values.find((each) => each === value);

/** Pages that need nobody to be signed in. */
const OPEN = /^\/(sign-in|first|reset|confirm-email|invitations|s)(\/|$)/;

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Shell,
  notFoundComponent: Missing,
  beforeLoad: async ({ context, location }) => {
    if (OPEN.test(location.pathname)) return;
    try {
      await context.client.ensureQueryData(meQuery());
    } catch (error) {
      // Any other failure the pages themselves tell of.
      if (error instanceof ApiError && error.status === 401)
        throw redirect({ to: "/sign-in", search: { back: location.href } });
    }
  },
});

type Loaded = Parameters<typeof lazyRouteComponent>[0];

/** A page whose words come with it. */
const accountPage = (loading: Loaded) => lazyRouteComponent(withAccountWords(loading));

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/home/HomePage")),
});

const library = createRoute({
  getParentRoute: () => root,
  path: "/agents",
  validateSearch: (search: Search): LibrarySearch => ({
    q: text(search, "q"),
    sort: among(["updated", "name"], search.sort),
    view: among(["grid", "list"], search.view),
    new: search.new === true || undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/library/LibraryPage")),
});

const builder = createRoute({
  getParentRoute: () => root,
  path: "/agents/$id/edit",
  validateSearch: (search: Search): BuilderSearch => ({
    run: text(search, "run"),
    node: text(search, "node"),
    proposal: text(search, "proposal"),
  }),
  component: lazyRouteComponent(() => import("@/features/builder/BuilderPage")),
});

const proposal = createRoute({
  getParentRoute: () => root,
  path: "/proposals/$id",
  component: lazyRouteComponent(() => import("@/features/proposals/ProposalPage")),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  validateSearch: (search: Search): RunsSearch => ({
    agent: text(search, "agent"),
    status: among(STATUSES, search.status),
    page: pageOf(search),
  }),
  component: lazyRouteComponent(() => import("@/features/runs/RunsPage")),
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$id",
  validateSearch: (search: Search): RunSearch => ({
    node: text(search, "node"),
    step: search.step === undefined ? undefined : Number(search.step) || 0,
    tab: among(["result", "steps", "timeline", "logs"], search.tab),
  }),
  component: lazyRouteComponent(() => import("@/features/run/RunPage")),
});

const approvals = createRoute({
  getParentRoute: () => root,
  path: "/approvals",
  validateSearch: (search: Search): { page?: number | undefined } => ({
    page: pageOf(search),
  }),
  component: lazyRouteComponent(() => import("@/features/approvals/ApprovalsPage")),
});

const chat = createRoute({
  getParentRoute: () => root,
  path: "/chat",
  validateSearch: (search: Search): { agent?: string | undefined; list?: boolean | undefined } => ({
    agent: text(search, "agent"),
    list: search.list === true || undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/chat/ChatPage")),
});

const thread = createRoute({ getParentRoute: () => chat, path: "/$thread" });

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage")),
});

interface CredentialsSearch {
  connected?: string | undefined;
  failed?: string | undefined;
}

const credentials = createRoute({
  getParentRoute: () => root,
  path: "/credentials",
  validateSearch: (search: Search): CredentialsSearch => ({
    connected: text(search, "connected"),
    failed: text(search, "failed"),
  }),
  component: accountPage(() => import("@/features/credentials/CredentialsPage")),
});

interface FilesSearch {
  q?: string | undefined;
  place?: "user" | "loose" | undefined;
  sort?: "name" | "size" | undefined;
  page?: number | undefined;
}

const files = createRoute({
  getParentRoute: () => root,
  path: "/files",
  validateSearch: (search: Search): FilesSearch => ({
    q: text(search, "q"),
    place: among(["user", "loose"], search.place),
    sort: among(["name", "size"], search.sort),
    page: pageOf(search),
  }),
  component: accountPage(() => import("@/features/files/FilesPage")),
});

const profile = createRoute({
  getParentRoute: () => root,
  path: "/settings/account",
  validateSearch: (search: Search): { error?: string | undefined } => ({
    error: text(search, "error"),
  }),
  component: accountPage(() => import("@/features/account/ProfilePage")),
});

const security = createRoute({
  getParentRoute: () => root,
  path: "/settings/security",
  component: accountPage(() => import("@/features/account/SecurityPage")),
});

const keys = createRoute({
  getParentRoute: () => root,
  path: "/settings/keys",
  component: accountPage(() => import("@/features/account/KeysPage")),
});

const sharedMemories = createRoute({
  getParentRoute: () => root,
  path: "/settings/memory",
  component: accountPage(() => import("@/features/memories/SharedMemoriesPage")),
});

const agentMemories = createRoute({
  getParentRoute: () => root,
  path: "/agents/$id/memory",
  component: accountPage(() => import("@/features/memories/AgentMemoriesPage")),
});

const team = createRoute({
  getParentRoute: () => root,
  path: "/settings/team",
  component: accountPage(() => import("@/features/teams/TeamPage")),
});

const models = createRoute({
  getParentRoute: () => root,
  path: "/settings/models",
  component: accountPage(() => import("@/features/models/ModelsPage")),
});

const toolServers = createRoute({
  getParentRoute: () => root,
  path: "/settings/mcp",
  component: accountPage(() => import("@/features/mcp/ToolServersPage")),
});

const usage = createRoute({
  getParentRoute: () => root,
  path: "/settings/usage",
  component: lazyRouteComponent(() => import("@/features/usage/UsagePage")),
});

const admin = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  component: accountPage(() => import("@/features/admin/AdminPage")),
});

const users = createRoute({
  getParentRoute: () => root,
  path: "/admin/users",
  validateSearch: (search: Search): { q?: string | undefined; page?: number | undefined } => ({
    q: text(search, "q"),
    page: pageOf(search),
  }),
  component: accountPage(() => import("@/features/admin/UsersPage")),
});

const roles = createRoute({
  getParentRoute: () => root,
  path: "/admin/roles",
  component: accountPage(() => import("@/features/admin/RolesPage")),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: "/admin/audit",
  validateSearch: (search: Search): AuditFilter => ({
    user: text(search, "user"),
    action: text(search, "action"),
    resource: text(search, "resource"),
    outcome: among(["done", "refused", "failed"], search.outcome),
    since: text(search, "since"),
    until: text(search, "until"),
    page: pageOf(search),
  }),
  component: accountPage(() => import("@/features/admin/AuditPage")),
});

const health = createRoute({
  getParentRoute: () => root,
  path: "/admin/health",
  component: accountPage(() => import("@/features/admin/HealthPage")),
});

const webhooks = createRoute({
  getParentRoute: () => root,
  path: "/admin/webhooks",
  component: accountPage(() => import("@/features/admin/WebhooksPage")),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  staticData: { bare: true },
  validateSearch: (search: Search): { back?: string | undefined; error?: string | undefined } => ({
    back: text(search, "back"),
    error: text(search, "error"),
  }),
  component: accountPage(() => import("@/features/signin/SignInPage")),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in/done",
  staticData: { bare: true },
  component: accountPage(() => import("@/features/signin/DonePage")),
});

const email = createRoute({
  getParentRoute: () => root,
  path: "/confirm-email",
  staticData: { bare: true },
  validateSearch: (search: Search): { token?: string | undefined } => ({
    token: text(search, "token"),
  }),
  component: accountPage(() => import("@/features/signin/EmailPage")),
});

const first = createRoute({
  getParentRoute: () => root,
  path: "/first",
  staticData: { bare: true },
  component: accountPage(() => import("@/features/signin/FirstPage")),
});

const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  staticData: { bare: true },
  validateSearch: (search: Search): { token?: string | undefined } => ({
    token: text(search, "token"),
  }),
  component: accountPage(() => import("@/features/signin/ResetPage")),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitations/$token",
  staticData: { bare: true },
  component: accountPage(() => import("@/features/signin/InvitationPage")),
});

const shared = createRoute({
  getParentRoute: () => root,
  path: "/s/$token",
  staticData: { bare: true },
  component: accountPage(() => import("@/features/shared/SharedPage")),
});

const talk = chat.addChildren([thread]);
const inside = [
  home,
  library,
  builder,
  proposal,
  runs,
  run,
  approvals,
  talk,
  settings,
  usage,
] as const;
const accounts = [files, credentials, profile, security, keys, team, models, toolServers] as const;
const memories = [sharedMemories, agentMemories] as const;
const administration = [admin, users, roles, audit, health, webhooks] as const;
const outside = [signIn, signedIn, first, reset, email, invitation, shared] as const;

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([
      ...inside,
      ...accounts,
      ...memories,
      ...administration,
      ...outside,
    ]),
    context: { client },
    basepath: BASE || "/",
    defaultPreload: "intent",
    defaultNotFoundComponent: Missing,
    defaultErrorComponent: Crashed,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
  interface StaticDataRouteOption {
    /** Drawn without the frame of the app. */
    bare?: boolean;
  }
}
