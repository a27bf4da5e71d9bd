// Loads the catalogue of the chosen language, and only that one; the words of accounts only with their pages.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { setWordLoader } from "@/access/words";
import type accounts from "@/locales/accounts.en.json";
import type en from "@/locales/en.json";
import { applyPreferences, type Language, usePreferences } from "@/ui/preferences";

type Catalogue = typeof en & typeof accounts;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Catalogue };
  }
}

type Loading = () => Promise<{ default: object }>;

const CATALOGUES: Record<"main" | "accounts", Record<Language, Loading>> = {
  main: {
    "zh-CN": () => import("@/locales/zh-CN.json"),
    en: () => import("@/locales/en.json"),
  },
  accounts: {
    "zh-CN": () => import("@/locales/accounts.zh-CN.json"),
    en: () => import("@/locales/accounts.en.json"),
  },
};

const wanted = new Set<keyof typeof CATALOGUES>(["main"]);
const loaded = new Set<string>();

async function load(language: Language): Promise<void> {
  const missing = [...wanted].filter((part) => !loaded.has(`${part} ${language}`));
  await Promise.all(
    missing.map(async (part) => {
      const { default: catalogue } = await CATALOGUES[part][language]();
      i18next.addResourceBundle(language, "translation", catalogue, true);
      loaded.add(`${part} ${language}`);
    }),
  );
}

setWordLoader(() => {
  wanted.add("accounts");
  return load(usePreferences.getState().language);
});

export async function startTranslation(): Promise<void> {
  const { language } = usePreferences.getState();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await load(language);
  applyPreferences(usePreferences.getState());
  // Resources added after init are not announced; setting the language again is.
  await i18next.changeLanguage(language);
  usePreferences.subscribe(({ language: wanted }, before) => {
    if (wanted !== before.language) void load(wanted).then(() => i18next.changeLanguage(wanted));
  });
}
