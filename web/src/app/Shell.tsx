// The frame around every page: rail, banner when the server is gone, tips, toasts, the command palette.
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { clsx } from "clsx";
import {
  House,
  Languages,
  Moon,
  Play,
  Search,
  Settings,
  Sun,
  SunMoon,
  Workflow,
} from "lucide-react";
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { modelsQuery } from "@/api/catalogue";
import { uploadFile } from "@/api/files";
import { type FormServices, FormServicesProvider } from "@/forms/services";
import { Boundary } from "@/ui/Boundary";
import { setPreference, THEMES, usePreferences } from "@/ui/preferences";
import { TipLayer } from "@/ui/TipLayer";
import { Toasts } from "@/ui/Toasts";
import { Logo } from "./Logo";
import { useOnline } from "./online";

const CommandPalette = lazy(() => import("./CommandPalette"));

const SPOT =
  "grid h-9 w-10 place-items-center rounded-lg text-fg3 hover:bg-surface2 hover:text-fg transition-colors";
const HERE = { className: "bg-accent-soft! text-accent!" };
const THEME_ICONS = { system: SunMoon, light: Sun, dark: Moon };

interface SpotProps {
  to: "/" | "/agents" | "/runs" | "/settings";
  label: string;
  exact?: boolean;
  children: ReactNode;
}

function Spot({ to, label, exact, children }: SpotProps) {
  return (
    <Link
      to={to}
      aria-label={label}
      data-tip={label}
      data-tip-side="right"
      className={SPOT}
      activeProps={HERE}
      activeOptions={{ exact: exact ?? false, includeSearch: false }}
    >
      {children}
    </Link>
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
        className={SPOT}
        aria-label={say.language}
        data-tip={say.language}
        data-tip-side="right"
        onClick={() => setPreference("language", other)}
      >
        <Languages size={18} />
      </button>
      <button
        type="button"
        className={SPOT}
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
      <Spot to="/runs" label={t("nav.runs")}>
        <Play size={18} />
      </Spot>
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
      <Spot to="/settings" label={t("nav.settings")}>
        <Settings size={18} />
      </Spot>
    </nav>
  );
}

function useServices(): FormServices {
  const { data } = useQuery(modelsQuery());
  return useMemo(() => ({ upload: uploadFile, models: data ?? [] }), [data]);
}

export function Shell() {
  const { t } = useTranslation();
  const online = useOnline((state) => state.online);
  const services = useServices();
  const [command, setCommand] = useState(false);

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setCommand(true);
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);

  return (
    <div className="flex h-full flex-col overflow-hidden sm:flex-row">
      <button
        type="button"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:bg-surface focus:px-3 focus:py-1"
        onClick={() => document.getElementById("content")?.focus()}
      >
        {t("nav.skip")}
      </button>
      <Rail onCommand={() => setCommand(true)} />
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
      <TipLayer />
      <Toasts />
      {command && (
        <Suspense>
          <CommandPalette onClose={() => setCommand(false)} />
        </Suspense>
      )}
    </div>
  );
}
