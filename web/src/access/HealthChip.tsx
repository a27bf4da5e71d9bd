// How a credential is, as the last test or use said.
import { useTranslation } from "react-i18next";
import type { Credential, Health } from "@/api/credentials";
import { Chip, type Tone } from "@/ui/Chip";
import { useFormats } from "@/ui/format";

const TONES: Record<Health, Tone> = {
  unknown: "plain",
  good: "ok",
  bad: "bad",
  expired: "bad",
  key_lost: "bad",
};

const SOON_MS = 7 * 86_400_000;

export function HealthChip({ health }: { health: Health }) {
  const { t } = useTranslation();
  return <Chip tone={TONES[health]}>{t(`credential.health.${health}`)}</Chip>;
}

/** Says so when a credential ends within days, or did. */
export function ExpiryChip({ credential }: { credential: Credential }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const { expires_at: end, kind } = credential;
  // Grants are renewed by themselves.
  if (end === null || kind === "oauth2" || Date.parse(end) > Date.now() + SOON_MS) return null;
  return <Chip tone="warn">{t("credential.ends", { date: date(end) })}</Chip>;
}
