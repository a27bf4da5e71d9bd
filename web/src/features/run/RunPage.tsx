import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Ban, ChevronDown, Pencil, RotateCw, Share2, Workflow } from "lucide-react";
import { Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ShareDialog } from "@/access/dialogs";
import { useMay } from "@/access/session";
import { agentQuery } from "@/api/agents";
import { startRun } from "@/api/runs";
import type { Json, RunView } from "@/api/types";
import { RunInputs } from "@/forms/RunInputs";
import { nodePaths } from "@/live/names";
import { PauseButton } from "@/live/PauseButton";
import { StatusChip } from "@/live/Status";
import { LiveProvider, useLive } from "@/live/store";
import { triggerWord } from "@/live/trigger";
import { useElapsed } from "@/live/useElapsed";
import { Boundary } from "@/ui/Boundary";
import { Button, buttonClass, IconButton } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { useMoney } from "@/ui/money";
import { TopBar, useTitle } from "@/ui/Page";
import { QueryState } from "@/ui/QueryState";
import { NodePanel } from "./NodePanel";
import { NodeTree, summarise } from "./NodeTree";
import { Overview } from "./Overview";
import { type Run, useRun } from "./useRun";

const route = getRouteApi("/runs/$id");

const asMilliseconds = (iso: string | null) => (iso ? Date.parse(iso) : null);

function Facts({ run }: { run: RunView }) {
  const { t } = useTranslation();
  const { seconds, date, number } = useFormats();
  const money = useMoney();
  const tokensTip = t("usage.tokenCount", { count: number(run.tokens) });
  const going = run.status === "running" || run.status === "waiting";
  const elapsed = useElapsed(asMilliseconds(run.started_at), asMilliseconds(run.ended_at), going);
  const connected = useLive((live) => live.connected);
  return (
    <>
      <StatusChip status={run.status} />
      {elapsed !== null && <Chip className="tabular-nums">{seconds(elapsed)}</Chip>}
      <Chip className="max-lg:hidden">{t("run.steps", { count: run.steps })}</Chip>
      {(run.tokens > 0 || run.unpriced > 0) && (
        <Chip className="tabular-nums max-lg:hidden" data-tip={tokensTip}>
          {money(run.usd, run.unpriced)}
        </Chip>
      )}
      <Chip className="max-lg:hidden">
        {run.version === null ? t("run.fromDraft") : t("run.version", { number: run.version })}
      </Chip>
      <span className="truncate text-xs text-fg3 max-xl:hidden">
        {triggerWord(run.trigger, t)} · {date(run.created_at)}
      </span>
      {!connected && <Chip tone="warn">{t("run.reconnecting")}</Chip>}
    </>
  );
}

interface ActionsProps {
  run: RunView;
  steering: Pick<Run, "cancel" | "pause" | "resume">;
}

/** What can be done to a run that goes on. */
function Steering({ run, steering }: ActionsProps) {
  const { t } = useTranslation();
  const { cancel, pause, resume } = steering;
  return (
    <>
      <PauseButton
        run={run}
        busy={pause.isPending || resume.isPending}
        onPause={() => pause.mutate()}
        onResume={() => resume.mutate({})}
      />
      <Button
        look="danger"
        icon={<Ban size={14} aria-hidden />}
        busy={cancel.isPending}
        onClick={() => cancel.mutate()}
      >
        {cancel.isPending ? t("run.cancelling") : t("run.cancel")}
      </Button>
    </>
  );
}

function Actions({ run, steering }: ActionsProps) {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const [editing, setEditing] = useState(false);
  const going = run.status === "running" || run.status === "queued" || run.status === "waiting";
  const agent = useQuery({ ...agentQuery(run.agent_id), enabled: run.agent_id !== "" });
  const again = async (inputs: Record<string, Json>) => {
    if (!run.agent_id) return;
    const next = await startRun(run.agent_id, inputs);
    setEditing(false);
    await navigate({ to: "/runs/$id", params: { id: next.id }, search: {} });
  };
  const repeat = useMutation({ mutationFn: () => again(run.inputs) });
  return (
    <>
      {run.agent_id && (
        <Link
          to="/agents/$id/edit"
          params={{ id: run.agent_id }}
          search={{ run: run.id }}
          className={`${buttonClass()} max-sm:hidden`}
        >
          <Workflow size={14} aria-hidden />
          {t("run.openEditor")}
        </Link>
      )}
      {going ? (
        <Steering run={run} steering={steering} />
      ) : (
        run.agent_id && (
          <Menu
            label={t("run.again")}
            trigger={
              <Button
                look="primary"
                busy={repeat.isPending}
                icon={<RotateCw size={14} aria-hidden />}
              >
                {t("run.again")}
                <ChevronDown size={14} aria-hidden />
              </Button>
            }
            items={[
              {
                id: "same",
                label: t("run.againSame"),
                icon: <RotateCw size={14} />,
                onSelect: () => repeat.mutate(),
              },
              {
                id: "edit",
                label: t("run.againEdit"),
                icon: <Pencil size={14} />,
                disabled: !agent.data?.inputs.length,
                onSelect: () => setEditing(true),
              },
            ]}
          />
        )
      )}
      {editing && agent.data && (
        <RunInputs
          agent={{ name: run.agent_name, inputs: agent.data.inputs }}
          initial={run.inputs}
          onSubmit={again}
          onClose={() => setEditing(false)}
        />
      )}
    </>
  );
}

const RESULT = "";

function Bar({ run, title }: { run: Run; title: string }) {
  const { t } = useTranslation();
  const { data } = run.run;
  const may = useMay();
  const [sharing, setSharing] = useState(false);
  return (
    <TopBar>
      <Link
        to="/runs"
        className="inline-flex min-h-6 items-center text-fg3 hover:text-fg max-sm:hidden"
      >
        {t("runs.title")}
      </Link>
      <span className="text-fg3 max-sm:hidden" aria-hidden>
        /
      </span>
      <h1 className="min-w-0 truncate text-base">{title}</h1>
      {data && <Facts run={data} />}
      <span className="grow" />
      {data && may("share.read") && (
        <IconButton label={t("run.share")} onClick={() => setSharing(true)}>
          <Share2 size={16} />
        </IconButton>
      )}
      {data && <Actions run={data} steering={run} />}
      {data && sharing && (
        <Suspense>
          <ShareDialog kind="run" id={data.id} name={title} onClose={() => setSharing(false)} />
        </Suspense>
      )}
    </TopBar>
  );
}

function Nodes({ run, onChoose }: { run: Run; onChoose: (node: string) => void }) {
  const { t } = useTranslation();
  const { node } = route.useSearch();
  const document = run.run.data?.document;
  const known = run.steps.data?.items;
  const nodes = useMemo(() => summarise(nodePaths(document), known ?? []), [document, known]);
  return (
    <nav
      aria-label={t("run.nodes")}
      className="w-72 shrink-0 overflow-y-auto border-line bg-surface p-2 max-md:w-full max-md:border-b md:border-r"
    >
      <button
        type="button"
        aria-current={!node || undefined}
        onClick={() => onChoose(RESULT)}
        className={`mb-1 flex min-h-9 w-full items-center gap-2 rounded-control px-2 text-left font-semibold hover:bg-surface2 ${node ? "" : "bg-accent-soft text-accent"}`}
      >
        {t("run.result")}
      </button>
      <NodeTree nodes={nodes} nameOf={run.nameOf} active={node} onChoose={onChoose} />
    </nav>
  );
}

function OneRun({ id }: { id: string }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const run = useRun(id);
  const name = run.run.data?.agent_name;
  useTitle(name ? `${name} · ${t("run.title")}` : t("run.title"));
  const choose = (node: string) =>
    navigate({ search: { ...search, node: node || undefined, step: undefined } });
  return (
    <LiveProvider value={run.live}>
      <div className="flex h-full min-h-0 flex-col">
        <Bar run={run} title={name ?? t("run.title")} />
        <div className="flex min-h-0 grow max-md:flex-col max-md:overflow-y-auto">
          <Nodes run={run} onChoose={choose} />
          <div className="min-h-0 min-w-0 grow overflow-y-auto p-4 max-md:overflow-visible sm:p-5">
            <Boundary region="run">
              <QueryState query={run.run} rows={5}>
                {(view) =>
                  search.node ? (
                    <>
                      <h2 className="mb-2 text-lg">{run.nameOf(search.node)}</h2>
                      <NodePanel
                        run={id}
                        node={search.node}
                        known={run.steps.data?.items ?? []}
                        unlisted={
                          (run.steps.data?.total ?? 0) - (run.steps.data?.items.length ?? 0)
                        }
                        onMore={run.more}
                        at={search.step ?? 0}
                        nameOf={run.nameOf}
                        onStep={(step) =>
                          navigate({ search: { ...search, step: step || undefined } })
                        }
                      />
                    </>
                  ) : (
                    <Overview run={run} view={view} onNode={choose} />
                  )
                }
              </QueryState>
            </Boundary>
          </div>
        </div>
      </div>
    </LiveProvider>
  );
}

export default function RunPage() {
  const { id } = route.useParams();
  return <OneRun key={id} id={id} />;
}
