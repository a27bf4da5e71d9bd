// The frame around every page: rail, banner when the server is gone, tips, toasts, the command palette.
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useMatches } from "@tanstack/react-router";
import { clsx } from "clsx";
import {
  Files,
  House,
  KeyRound,
  Languages,
  MessageCircleQuestion,
  MessagesSquare,
  Moon,
  Play,
  Search,
  Settings,
  ShieldCheck,
  Sun,
  SunMoon,
  Workflow,
} from "lucide-react";
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { GateDialogs } from "@/access/dialogs";
import { useGate } from "@/access/gate";
import { useMay } from "@/access/session";
import { useAdminSisters } from "@/access/sisters";
import { approvalsQuery } from "@/api/approvals";
import { modelsQuery } from "@/api/catalogue";
import { uploadFile } from "@/api/files";
import { type FormServices, FormServicesProvider } from "@/forms/services";
import { Boundary } from "@/ui/Boundary";
import { Logo } from "@/ui/Logo";
import { setPreference, THEMES, usePreferences } from "@/ui/preferences";
import { TipLayer } from "@/ui/TipLayer";
import { Toasts } from "@/ui/Toasts";
import { AccountMenu } from "./AccountMenu";
import { useOnline } from "./online";

const CommandPalette = lazy(() => import("./CommandPalette"));

const SPOT =
  "grid h-9 w-10 place-items-center rounded-lg text-fg3 hover:bg-surface2 hover:text-fg transition-colors";
const MOST_SHOWN = 99;
const BADGE_AFTER_MS = 3000;
const HERE = { className: "bg-accent-soft! text-accent!" };
const THEME_ICONS = { system: SunMoon, light: Sun, dark: Moon };

interface SpotProps {
  to:
    | "/"
    | "/agents"
    | "/chat"
    | "/runs"
    | "/approvals"
    | "/files"
    | "/credentials"
    | "/admin"
    | "/settings";
  label: string;
  exact?: boolean;
  /** Not on a phone, where there is no room for all. */
  wide?: boolean;
  children: ReactNode;
}

function Spot({ to, label, exact, wide, children }: SpotProps) {
  return (
    <Link
      to={to}
      aria-label={label}
      data-tip={label}
      data-tip-side="right"
      className={clsx(SPOT, wide && "max-sm:hidden")}
      activeProps={HERE}
      activeOptions={{ exact: exact ?? false, includeSearch: false }}
    >
      {children}
    </Link>
  );
}

/** The way to the open questions, with how many there are. */
function ApprovalsSpot() {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  // The page itself comes first.
  useEffect(() => {
    const timer = setTimeout(() => setAsking(true), BADGE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const { data } = useQuery({ ...approvalsQuery(), enabled: asking });
  const count = data?.total ?? 0;
  const label = count ? t("nav.approvalsOpen", { count }) : t("nav.approvals");
  return (
    <Spot to="/approvals" label={label}>
      <span className="relative">
        <MessageCircleQuestion size={18} />
        {count > 0 && (
          <span className="absolute -top-2 -right-2.5 min-w-4 rounded-full bg-wait px-1 text-center text-[10px] leading-4 font-semibold text-surface tabular-nums">
            {count > MOST_SHOWN ? `${MOST_SHOWN}+` : count}
          </span>
        )}
      </span>
    </Spot>
  );
}

function Preferences() {
  const { t } = useTranslation();
  const { language, theme } = usePreferences();
  const other = language === "en" ? "zh-CN" : "en";
  const nextTheme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const ThemeIcon = THEME_ICONS[theme];
  const say = {
    language: t("nav.language", { name: t(`language.${language}`) }),
    theme: t("nav.theme", { name: t(`theme.${theme}`) }),
  };
  return (
    <>
      <button
        type="button"
        className={clsx(SPOT, "max-sm:hidden")}
        aria-label={say.language}
        data-tip={say.language}
        data-tip-side="right"
        onClick={() => setPreference("language", other)}
      >
        <Languages size={18} />
      </button>
      <button
        type="button"
        className={clsx(SPOT, "max-sm:hidden")}
        aria-label={say.theme}
        data-tip={say.theme}
        data-tip-side="right"
        onClick={() => setPreference("theme", nextTheme)}
      >
        <ThemeIcon size={18} />
      </button>
    </>
  );
}

function Rail({ onCommand }: { onCommand: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const manages = useAdminSisters().length > 0;
  const command = `${t("nav.command")}  Ctrl K`;
  return (
    <nav
      aria-label={t("nav.label")}
      className={clsx(
        "flex shrink-0 items-center gap-1 border-line bg-surface",
        "max-sm:order-last max-sm:h-12 max-sm:justify-around max-sm:border-t sm:w-14 sm:flex-col sm:border-r sm:py-2.5",
      )}
    >
      <span className="mb-2 max-sm:hidden">
        <Logo />
      </span>
      <Spot to="/" label={t("nav.home")} exact>
        <House size={18} />
      </Spot>
      <Spot to="/agents" label={t("nav.agents")}>
        <Workflow size={18} />
      </Spot>
      {may("run.start") && (
        <Spot to="/chat" label={t("nav.chat")}>
          <MessagesSquare size={18} />
        </Spot>
      )}
      <Spot to="/runs" label={t("nav.runs")}>
        <Play size={18} />
      </Spot>
      <ApprovalsSpot />
      {may("file.read") && (
        <Spot to="/files" label={t("nav.files")}>
          <Files size={18} />
        </Spot>
      )}
      {may("credential.read") && (
        <Spot to="/credentials" label={t("nav.credentials")}>
          <KeyRound size={18} />
        </Spot>
      )}
      <span className="grow max-sm:hidden" />
      <button
        type="button"
        className={SPOT}
        aria-label={t("nav.command")}
        data-tip={command}
        data-tip-side="right"
        onClick={onCommand}
      >
        <Search size={18} />
      </button>
      <Preferences />
      {manages && (
        <Spot to="/admin" label={t("nav.admin")} wide>
          <ShieldCheck size={18} />
        </Spot>
      )}
      <Spot to="/settings" label={t("nav.settings")}>
        <Settings size={18} />
      </Spot>
      <AccountMenu />
    </nav>
  );
}

function useServices(): FormServices {
  const { data } = useQuery(modelsQuery());
  return useMemo(() => ({ upload: uploadFile, models: data ?? [] }), [data]);
}

/** Ctrl K opens the palette from anywhere. */
function useCommandKey(open: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        open();
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [open]);
}

function Framed() {
  const { t } = useTranslation();
  const online = useOnline((state) => state.online);
  const services = useServices();
  const [command, setCommand] = useState(false);
  const openCommand = useCallback(() => setCommand(true), []);
  useCommandKey(openCommand);
  return (
    <div className="flex h-full flex-col overflow-hidden sm:flex-row">
      <button
        type="button"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:bg-surface focus:px-3 focus:py-1"
        onClick={() => document.getElementById("content")?.focus()}
      >
        {t("nav.skip")}
      </button>
      <Rail onCommand={openCommand} />
      <div className="flex min-h-0 min-w-0 grow flex-col">
        {!online && (
          <p role="status" className="bg-warn-soft px-4 py-1 text-center text-sm text-warn">
            {t("ui.offline")}
          </p>
        )}
        <main id="content" tabIndex={-1} className="min-h-0 grow outline-none">
          <Boundary region="page">
            <FormServicesProvider value={services}>
              <Outlet />
            </FormServicesProvider>
          </Boundary>
        </main>
      </div>
      {command && (
        <Suspense>
          <CommandPalette onClose={() => setCommand(false)} />
        </Suspense>
      )}
    </div>
  );
}

export function Shell() {
  const bare = useMatches({ select: (all) => all.some((each) => each.staticData.bare) });
  const asked = useGate((state) => state.asked);
  return (
    <>
      {bare ? (
        <Boundary region="page">
          <Outlet />
        </Boundary>
      ) : (
        <Framed />
      )}
      <TipLayer />
      <Toasts />
      {asked && (
        <Suspense>
          <GateDialogs />
        </Suspense>
      )}
    </>
  );
}
