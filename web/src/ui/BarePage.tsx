// A page outside the frame of the app: one card in the middle, with language and look above it.
import { Languages, Moon, Sun, SunMoon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./Button";
import { Logo } from "./Logo";
import { useTitle } from "./Page";
import { setPreference, THEMES, usePreferences } from "./preferences";

const ICONS = { system: SunMoon, light: Sun, dark: Moon };

interface BarePageProps {
  title: string;
  wide?: boolean;
  children: ReactNode;
}

export function BarePage({ title, wide, children }: BarePageProps) {
  const { t } = useTranslation();
  const { language, theme } = usePreferences();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const Icon = ICONS[theme];
  useTitle(title);
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <header className="flex items-center gap-2 px-4 py-3">
        <Logo />
        <span className="font-semibold">Luban 鲁班</span>
        <span className="grow" />
        <IconButton
          look="quiet"
          label={t("nav.language", { name: t(`language.${language}`) })}
          onClick={() => setPreference("language", language === "en" ? "zh-CN" : "en")}
        >
          <Languages size={17} />
        </IconButton>
        <IconButton
          look="quiet"
          label={t("nav.theme", { name: t(`theme.${theme}`) })}
          onClick={() => setPreference("theme", next)}
        >
          <Icon size={17} />
        </IconButton>
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="flex grow flex-col items-center px-4 pt-[6vh] pb-10 outline-none"
      >
        <div
          className={`w-full rounded-card border border-line bg-surface p-5 shadow-card sm:p-6 ${wide ? "max-w-3xl" : "max-w-sm"}`}
        >
          <h1 className="mb-4 text-xl">{title}</h1>
          {children}
        </div>
      </main>
    </div>
  );
}
