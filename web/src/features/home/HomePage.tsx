import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play, Workflow } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { agentsQuery } from "@/api/agents";
import { runsQuery } from "@/api/runs";
import type { AgentView, RunView } from "@/api/types";
import { runSeconds } from "@/live/runSeconds";
import { StatusMark } from "@/live/Status";
import { useFormats } from "@/ui/format";
import { Page } from "@/ui/Page";
import { QueryState } from "@/ui/QueryState";
import { Empty } from "@/ui/states";
import { FirstRun } from "./FirstRun";
import { MakeBox } from "./MakeBox";

const RECENT = 6;

function AgentRow({ agent }: { agent: AgentView }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  return (
    <li>
      <Link
        to="/agents/$id/edit"
        params={{ id: agent.id }}
        className="flex min-h-10 items-center gap-2 rounded-control px-2 hover:bg-surface2"
      >
        <Workflow size={15} aria-hidden className="shrink-0 text-fg3" />
        <span className="min-w-0 grow truncate">{agent.name || t("agent.untitled")}</span>
        <span className="shrink-0 text-xs text-fg3">{ago(agent.updated_at)}</span>
        {agent.last_run && <StatusMark status={agent.last_run.status} />}
      </Link>
    </li>
  );
}

function RunRow({ run }: { run: RunView }) {
  const { ago, seconds } = useFormats();
  const took = runSeconds(run);
  return (
    <li>
      <Link
        to="/runs/$id"
        params={{ id: run.id }}
        className="flex min-h-10 items-center gap-2 rounded-control px-2 hover:bg-surface2"
      >
        <StatusMark status={run.status} />
        <span className="min-w-0 grow truncate">{run.agent_name}</span>
        <span className="shrink-0 text-xs text-fg3 tabular-nums">
          {took !== null && seconds(took)}
        </span>
        <span className="shrink-0 text-xs text-fg3">{ago(run.created_at)}</span>
      </Link>
    </li>
  );
}

export default function HomePage() {
  const { t } = useTranslation();
  const agents = useQuery(agentsQuery({ sort: "updated", page_size: RECENT }));
  const runs = useQuery(runsQuery({ page_size: RECENT }));
  const may = useMay();
  const fresh = agents.data?.total === 0;
  return (
    <Page title={t("home.title")}>
      <FirstRun fresh={fresh} />
      {may("run.start") && may("agent.create") && <MakeBox />}
      <div className="mt-6 grid gap-6 lg:grid-cols-2">
        <section aria-labelledby="home-agents" className="min-w-0">
          <header className="mb-1 flex items-baseline justify-between">
            <h2 id="home-agents" className="text-base">
              {t("home.recentAgents")}
            </h2>
            <Link to="/agents" className="min-h-6 text-sm text-accent hover:underline">
              {t("home.allAgents")}
            </Link>
          </header>
          <div className="min-h-40 rounded-card border border-line bg-surface p-2">
            <QueryState query={agents}>
              {({ items }) =>
                items.length ? (
                  <ul className="m-0 list-none p-0">
                    {items.slice(0, RECENT).map((agent) => (
                      <AgentRow key={agent.id} agent={agent} />
                    ))}
                  </ul>
                ) : (
                  <Empty icon={<Workflow size={24} aria-hidden />} title={t("home.noAgents")}>
                    {t("home.noAgentsHint")}
                  </Empty>
                )
              }
            </QueryState>
          </div>
        </section>
        <section aria-labelledby="home-runs" className="min-w-0">
          <header className="mb-1 flex items-baseline justify-between">
            <h2 id="home-runs" className="text-base">
              {t("home.recentRuns")}
            </h2>
            <Link to="/runs" className="min-h-6 text-sm text-accent hover:underline">
              {t("home.allRuns")}
            </Link>
          </header>
          <div className="min-h-40 rounded-card border border-line bg-surface p-2">
            <QueryState query={runs}>
              {({ items }) =>
                items.length ? (
                  <ul className="m-0 list-none p-0">
                    {items.slice(0, RECENT).map((run) => (
                      <RunRow key={run.id} run={run} />
                    ))}
                  </ul>
                ) : (
                  <Empty icon={<Play size={24} aria-hidden />} title={t("home.noRuns")}>
                    {t("home.noRunsHint")}
                  </Empty>
                )
              }
            </QueryState>
          </div>
        </section>
      </div>
    </Page>
  );
}
