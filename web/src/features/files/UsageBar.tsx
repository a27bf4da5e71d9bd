// How much of its room a team has taken.
import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { useTranslation } from "react-i18next";
import { usageQuery } from "@/api/files";
import { useFormats } from "@/ui/format";

const NEARLY_FULL = 0.9;

export function UsageBar() {
  const { t } = useTranslation();
  const { bytes, number } = useFormats();
  const { data } = useQuery(usageQuery());
  if (!data) return null;
  const { quota } = data;
  const share = quota ? Math.min(1, data.bytes / quota) : 0;
  const told = quota
    ? t("files.used", { used: bytes(data.bytes), quota: bytes(quota) })
    : t("files.usedFree", { used: bytes(data.bytes) });
  const full = share >= NEARLY_FULL;
  return (
    <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-fg2">
      {quota !== null && (
        <meter aria-label={told} min={0} max={1} value={share} className="sr-only" />
      )}
      {quota !== null && (
        <span aria-hidden className="h-1.5 w-40 overflow-hidden rounded-full bg-surface2">
          <span
            className={clsx("block h-full rounded-full", full ? "bg-bad" : "bg-accent")}
            style={{ width: `${Math.max(share * 100, data.bytes ? 1 : 0)}%` }}
          />
        </span>
      )}
      <span className={clsx("tabular-nums", full && "text-bad")}>{told}</span>
      <span className="text-fg3 tabular-nums">
        {t("files.count", { count: data.files, number: number(data.files) })}
      </span>
      {full && <span className="text-bad">{t("files.nearlyFull")}</span>}
    </div>
  );
}
