// What models took, by day, agent and model, and what they may take.
import { useQuery } from "@tanstack/react-query";
import { BarChart3 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSettingsSisters } from "@/access/sisters";
import { type ModelUsage, type UsageBy, type UsageReport, usageQuery } from "@/api/spending";
import { useFormats } from "@/ui/format";
import { useMoney } from "@/ui/money";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import { SisterPage } from "@/ui/Sections";
import { Empty } from "@/ui/states";
import { Budgets } from "./Budgets";

const CELL = "px-4 py-1.5 text-right tabular-nums";

interface LineProps {
  row: ModelUsage;
  title: string;
  /** The most that any row took, in tokens; without it there is no bar. */
  most?: number;
}

function Line({ row, title, most }: LineProps) {
  const { number } = useFormats();
  const money = useMoney();
  return (
    <tr className="border-t border-line">
      <th scope="row" className="px-4 py-1.5 text-left font-normal break-all">
        {title}
        {most !== undefined && (
          <span aria-hidden className="mt-1 block h-1.5 rounded-full bg-surface2">
            <span
              className="block h-full rounded-full bg-accent"
              style={{ width: `${Math.max((100 * row.tokens) / Math.max(most, 1), 1)}%` }}
            />
          </span>
        )}
      </th>
      <td className={CELL}>{number(row.calls)}</td>
      <td className={CELL}>{number(row.tokens)}</td>
      <td className={CELL}>{money(row.usd, row.unpriced)}</td>
    </tr>
  );
}

function Table({ by, report }: { by: UsageBy; report: UsageReport }) {
  const { t } = useTranslation();
  const most = Math.max(...report.items.map((row) => row.tokens));
  const heads = [t("usage.calls"), t("usage.tokens"), t("usage.cost")];
  return (
    <table className="w-full border-collapse">
      <thead>
        <tr className="text-xs text-fg3">
          <th scope="col" className="w-1/2 px-4 pt-2 text-left font-normal">
            {t(`usage.by.${by}`)}
          </th>
          {heads.map((head) => (
            <th key={head} scope="col" className="px-4 pt-2 text-right font-normal">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {report.items.map((row) => (
          <Line key={row.key} row={row} title={row.title || row.key} most={most} />
        ))}
      </tbody>
      <tfoot className="text-fg2">
        <Line row={report.total} title={t("usage.total")} />
      </tfoot>
    </table>
  );
}

function Part({ by }: { by: UsageBy }) {
  const { t } = useTranslation();
  const report = useQuery(usageQuery(by));
  return (
    <Section title={t(`usage.title.${by}`)}>
      <QueryState query={report}>
        {(found) =>
          found.items.length ? (
            <Table by={by} report={found} />
          ) : (
            <Empty icon={<BarChart3 size={24} aria-hidden />} title={t("usage.none")} />
          )
        }
      </QueryState>
    </Section>
  );
}

export default function UsagePage() {
  const { t } = useTranslation();
  const sisters = useSettingsSisters();
  return (
    <SisterPage label={t("settings.title")} sisters={sisters} title={t("nav.usage")}>
      <Budgets />
      <Part by="day" />
      <Part by="agent" />
      <Part by="model" />
    </SisterPage>
  );
}
