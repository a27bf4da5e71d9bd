// Every address of the app, what its search part means, and which chunk draws it.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { BASE } from "@/api/address";
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
const among = <T extends string>(values: readonly T[], value: unknown) =>
  values.find((each) => each === value);

const root = createRootRoute({ component: Shell, notFoundComponent: Missing });

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
  }),
  component: lazyRouteComponent(() => import("@/features/builder/BuilderPage")),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  validateSearch: (search: Search): RunsSearch => ({
    agent: text(search, "agent"),
    status: among(STATUSES, search.status),
    page: Number(search.page) > 1 ? Math.floor(Number(search.page)) : undefined,
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

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage")),
});

export function createAppRouter() {
  return createRouter({
    routeTree: root.addChildren([home, library, builder, runs, run, settings]),
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
}
