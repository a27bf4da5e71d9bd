// Turns whatever was thrown into one sentence in the language of the reader.
import type { i18n, TFunction } from "i18next";
import { useTranslation } from "react-i18next";

interface Bilingual {
  message: string;
  messageZh?: string;
  requestId?: string;
  offline?: boolean;
}

export function sentenceOf(error: unknown, t: TFunction, language: string): string {
  if (!(error instanceof Error)) return error === undefined ? "" : String(error);
  const said: Bilingual = error;
  if (said.offline) return t("ui.unreachable");
  return (language.startsWith("zh") && said.messageZh) || said.message;
}

export function useSentence(error: unknown): { sentence: string; reference: string | undefined } {
  const { t, i18n } = useTranslation() as { t: TFunction; i18n: i18n };
  const reference = error instanceof Error ? (error as Bilingual).requestId : undefined;
  return { sentence: sentenceOf(error, t, i18n.language), reference };
}
