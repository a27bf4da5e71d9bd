// Loads the catalogue of the chosen language, and only that one.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type en from "@/locales/en.json";
import { applyPreferences, type Language, usePreferences } from "@/ui/preferences";

type Catalogue = typeof en;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Catalogue };
  }
}

const CATALOGUES: Record<Language, () => Promise<{ default: object }>> = {
  "zh-CN": () => import("@/locales/zh-CN.json"),
  en: () => import("@/locales/en.json"),
};

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, "translation")) return;
  const { default: catalogue } = await CATALOGUES[language]();
  i18next.addResourceBundle(language, "translation", catalogue);
}

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
