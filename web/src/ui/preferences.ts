// How this person wants the app to look: language, theme, density. Cookies, so the first paint is already right.
import { create } from "zustand";

export const LANGUAGES = ["zh-CN", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const DENSITIES = ["normal", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

interface Preferences {
  language: Language;
  theme: Theme;
  density: Density;
}

const YEAR_S = 365 * 24 * 3600;
const COOKIES: Record<keyof Preferences, string> = {
  language: "luban_lang",
  theme: "luban_theme",
  density: "luban_density",
};

function cookie(name: string): string | undefined {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

function one<T extends string>(
  among: readonly T[],
  value: string | null | undefined,
): T | undefined {
  return among.find((each) => each === value);
}

function read(): Preferences {
  const chosen = one(LANGUAGES, cookie(COOKIES.language));
  const spoken: Language = navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
  return {
    language: chosen ?? spoken,
    theme: one(THEMES, cookie(COOKIES.theme)) ?? "system",
    density: one(DENSITIES, cookie(COOKIES.density)) ?? "normal",
  };
}

export const usePreferences = create<Preferences>(read);

export function applyPreferences({ language, theme, density }: Preferences): void {
  const root = document.documentElement;
  root.lang = language;
  root.dataset.theme = theme;
  root.dataset.density = density;
}

export function setPreference<K extends keyof Preferences>(key: K, value: Preferences[K]): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not there without https
  document.cookie = `${COOKIES[key]}=${value}; path=/; max-age=${YEAR_S}; samesite=lax`;
  usePreferences.setState({ [key]: value });
  applyPreferences(usePreferences.getState());
}
