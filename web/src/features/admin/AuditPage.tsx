// Who did what to which thing, when and from where.
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import {
  type AuditEntry,
  type AuditFilter,
  auditExport,
  auditQuery,
  type Outcome,
  usersQuery,
} from "@/api/admin";
import { buttonClass } from "@/ui/Button";
import { Chip, type Tone } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { ChoiceField, TextField } from "@/ui/Labeled";
import { Pager } from "@/ui/Pager";
import { QueryState } from "@/ui/QueryState";
import { CELL, LINE, Sheet } from "@/ui/Sheet";
import { Empty } from "@/ui/states";
import { Frame } from "./Frame";

const route = getRouteApi("/admin/audit");
const EXAMPLE = "agent.update";
const TONES: Record<Outcome, Tone> = { done: "ok", refused: "warn", failed: "bad" };
const OUTCOMES = ["done", "refused", "failed"] as const;

/** Names of users by id, as far as one may see them. */
function useNames(): (id: string) => string {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery({ ...usersQuery({}), enabled: may("user.read"), retry: false });
  return (id) => {
    if (!id) return t("audit.nobody");
    if (id === "local") return t("audit.local");
    const found = data?.items.find((each) => each.id === id);
    return found ? found.name || found.email : id;
  };
}

function Filters() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: AuditFilter) =>
    navigate({ search: { ...search, ...change, page: undefined }, replace: true });
  const day = (iso: string | undefined) => iso?.slice(0, 10) ?? "";
  return (
    <search className="mb-3 grid grid-cols-2 gap-x-3 gap-y-2 lg:grid-cols-5">
      <TextField
        label={t("audit.action")}
        placeholder={EXAMPLE}
        value={search.action ?? ""}
        onText={(action) => set({ action: action || undefined })}
      />
      <TextField
        label={t("audit.user")}
        value={search.user ?? ""}
        onText={(user) => set({ user: user || undefined })}
      />
      <ChoiceField
        label={t("audit.outcome")}
        value={search.outcome ?? ""}
        choices={[
          { id: "", title: t("audit.any") },
          ...OUTCOMES.map((each) => ({ id: each, title: t(`audit.outcomes.${each}`) })),
        ]}
        onChoose={(id) => set({ outcome: OUTCOMES.find((each) => each === id) })}
      />
      <TextField
        type="date"
        label={t("audit.since")}
        value={day(search.since)}
        onText={(since) => set({ since: since ? `${since}T00:00:00Z` : undefined })}
      />
      <TextField
        type="date"
        label={t("audit.until")}
        value={day(search.until)}
        onText={(until) => set({ until: until ? `${until}T23:59:59Z` : undefined })}
      />
    </search>
  );
}

function Entry({ entry, nameOf }: { entry: AuditEntry; nameOf: (id: string) => string }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const details = Object.entries(entry.details ?? {});
  return (
    <tr className={LINE}>
      <td className={`${CELL} align-top whitespace-nowrap text-fg2 tabular-nums`}>
        {moment(entry.timestamp)}
      </td>
      <td className={`${CELL} align-top`}>
        {nameOf(entry.user_id)}
        <span className="block text-xs text-fg3">
          {[entry.signed_in_by, entry.ip_address].filter(Boolean).join(" · ")}
        </span>
      </td>
      <td className={`${CELL} align-top`}>
        <code className="font-mono text-xs">{entry.action}</code>
        {entry.resource_id && (
          <span className="block font-mono text-xs break-all text-fg3">
            {entry.resource_type} {entry.resource_id}
          </span>
        )}
        {details.length > 0 && (
          <details className="text-xs">
            <summary className="min-h-6 text-accent">{t("audit.details")}</summary>
            <pre className="m-0 font-mono break-words whitespace-pre-wrap text-fg2">
              {JSON.stringify(entry.details, null, 2)}
            </pre>
          </details>
        )}
      </td>
      <td className={`${CELL} align-top`}>
        <Chip tone={TONES[entry.outcome]}>{t(`audit.outcomes.${entry.outcome}`)}</Chip>
      </td>
    </tr>
  );
}

export default function AuditPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const nameOf = useNames();
  const entries = useQuery({ ...auditQuery(search), placeholderData: (before) => before });
  const columns = [
    { id: "at", title: t("audit.when") },
    { id: "who", title: t("audit.who") },
    { id: "what", title: t("audit.what") },
    { id: "outcome", title: t("audit.outcome") },
  ];
  return (
    <Frame
      title={t("nav.audit")}
      needs="audit.read"
      actions={
        <a href={auditExport(search)} download className={buttonClass()}>
          <Download size={14} aria-hidden />
          {t("audit.export")}
        </a>
      }
    >
      <Filters />
      <QueryState query={entries} rows={8}>
        {(data) =>
          data.items.length ? (
            <>
              <Sheet label={t("nav.audit")} columns={columns}>
                {data.items.map((entry) => (
                  <Entry key={entry.id} entry={entry} nameOf={nameOf} />
                ))}
              </Sheet>
              <Pager
                label={t("nav.audit")}
                page={data.page}
                pages={data.total_pages}
                onPage={(page) => navigate({ search: { ...search, page } })}
              />
            </>
          ) : (
            <Empty title={t("audit.none")} />
          )
        }
      </QueryState>
    </Frame>
  );
}
