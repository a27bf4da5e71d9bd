import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { agentsQuery } from "@/api/agents";
import { runsQuery } from "@/api/runs";
import type { RunStatus, RunView } from "@/api/types";
import { runSeconds } from "@/live/runSeconds";
import { StatusChip } from "@/live/Status";
import { triggerWord } from "@/live/trigger";
import { buttonClass } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Select } from "@/ui/inputs";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { QueryState } from "@/ui/QueryState";
import { Empty } from "@/ui/states";

const route = getRouteApi("/runs");
const STATUSES: RunStatus[] = ["running", "queued", "waiting", "completed", "failed", "cancelled"];
const PAGE_SIZE = 25;

function Row({ run }: { run: RunView }) {
  const { t } = useTranslation();
  const { ago, date, seconds, number } = useFormats();
  const took = runSeconds(run);
  return (
    <tr className="relative border-line not-first:border-t hover:bg-bg">
      <td className="py-2 pr-3 pl-4">
        <StatusChip status={run.status} />
      </td>
      <td className="max-w-72 px-3 py-2">
        <Link
          to="/runs/$id"
          params={{ id: run.id }}
          className="block min-h-6 truncate leading-6 font-semibold after:absolute after:inset-0"
        >
          {run.agent_name}
        </Link>
      </td>
      <td className="px-3 py-2 whitespace-nowrap text-fg2" title={date(run.created_at)}>
        {ago(run.created_at)}
      </td>
      <td className="px-3 py-2 text-right whitespace-nowrap text-fg2 tabular-nums">
        {took !== null && seconds(took)}
      </td>
      <td className="px-3 py-2 text-right text-fg2 tabular-nums max-sm:hidden">
        {number(run.steps)}
      </td>
      <td className="px-3 py-2 whitespace-nowrap text-fg2 max-sm:hidden">
        {triggerWord(run.trigger, t)}
      </td>
    </tr>
  );
}

function Filters() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const agents = useQuery(agentsQuery({ sort: "name" }));
  return (
    <>
      <Select
        aria-label={t("runs.filterAgent")}
        value={search.agent ?? ""}
        onChange={(event) =>
          navigate({
            search: { ...search, agent: event.target.value || undefined, page: undefined },
          })
        }
        className="max-w-44"
      >
        <option value="">{t("runs.anyAgent")}</option>
        {agents.data?.items.map((agent) => (
          <option key={agent.id} value={agent.id}>
            {agent.name}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t("runs.filterStatus")}
        value={search.status ?? ""}
        onChange={(event) =>
          navigate({
            search: {
              ...search,
              status: (event.target.value || undefined) as RunStatus,
              page: undefined,
            },
          })
        }
        className="max-w-32"
      >
        <option value="">{t("runs.all")}</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {t(`status.${status}`)}
          </option>
        ))}
      </Select>
    </>
  );
}

function NoRuns({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  if (filtered)
    return (
      <Empty
        title={t("runs.nothing")}
        action={
          <Link to="/runs" search={{}} className={buttonClass()}>
            {t("runs.showAll")}
          </Link>
        }
      />
    );
  return (
    <Empty
      icon={<Play size={28} aria-hidden />}
      title={t("runs.empty")}
      action={
        <Link to="/agents" className={buttonClass("primary")}>
          {t("runs.toAgents")}
        </Link>
      }
    >
      {t("runs.emptyHint")}
    </Empty>
  );
}

export default function RunsPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { agent, status, page } = search;
  const runs = useQuery({
    ...runsQuery({ agent, status, page, page_size: PAGE_SIZE }),
    placeholderData: (before) => before,
  });
  return (
    <Page title={t("runs.title")} actions={<Filters />}>
      <QueryState query={runs} rows={8}>
        {(data) =>
          data.items.length === 0 ? (
            <NoRuns filtered={!!agent || !!status} />
          ) : (
            <>
              <div className="overflow-x-auto rounded-card border border-line bg-surface">
                <table className="w-full border-collapse text-left">
                  <thead>
                    <tr className="border-b border-line text-xs text-fg3">
                      <th scope="col" className="w-24 py-2 pr-3 pl-4 font-normal">
                        {t("runs.status")}
                      </th>
                      <th scope="col" className="px-3 py-2 font-normal">
                        {t("runs.agent")}
                      </th>
                      <th scope="col" className="px-3 py-2 font-normal">
                        {t("runs.started")}
                      </th>
                      <th scope="col" className="px-3 py-2 text-right font-normal">
                        {t("runs.duration")}
                      </th>
                      <th scope="col" className="px-3 py-2 text-right font-normal max-sm:hidden">
                        {t("runs.steps")}
                      </th>
                      <th scope="col" className="px-3 py-2 font-normal max-sm:hidden">
                        {t("runs.trigger")}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {data.items.map((run) => (
                      <Row key={run.id} run={run} />
                    ))}
                  </tbody>
                </table>
              </div>
              <Pager
                label={t("runs.title")}
                page={data.page}
                pages={data.total_pages}
                onPage={(next) => navigate({ search: { ...search, page: next } })}
              />
            </>
          )
        }
      </QueryState>
    </Page>
  );
}
