import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Ban, ChevronDown, Pencil, RotateCw, Workflow } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { agentQuery } from "@/api/agents";
import { startRun } from "@/api/runs";
import type { Json, RunView } from "@/api/types";
import { fieldOfInput } from "@/forms/fields";
import { LimitCard } from "@/live/LimitCard";
import { nodePaths } from "@/live/names";
import { RunResult } from "@/live/RunResult";
import { StatusChip } from "@/live/Status";
import { Inputs } from "@/live/StepDetails";
import { LiveProvider, useLive } from "@/live/store";
import { Timeline } from "@/live/Timeline";
import { triggerWord } from "@/live/trigger";
import { useElapsed } from "@/live/useElapsed";
import { Boundary } from "@/ui/Boundary";
import { Button, buttonClass } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { TopBar, useTitle } from "@/ui/Page";
import { QueryState } from "@/ui/QueryState";
import { NodePanel } from "./NodePanel";
import { NodeTree, summarise } from "./NodeTree";
import { useRun } from "./useRun";

const InputsDialog = lazy(() =>
  import("@/forms/InputsDialog").then((module) => ({ default: module.InputsDialog })),
);
const route = getRouteApi("/runs/$id");

const asMilliseconds = (iso: string | null) => (iso ? Date.parse(iso) : null);

function Facts({ run }: { run: RunView }) {
  const { t } = useTranslation();
  const { seconds, date } = useFormats();
  const going = run.status === "running" || run.status === "waiting";
  const elapsed = useElapsed(asMilliseconds(run.started_at), asMilliseconds(run.ended_at), going);
  const connected = useLive((live) => live.connected);
  return (
    <>
      <StatusChip status={run.status} />
      {elapsed !== null && <Chip className="tabular-nums">{seconds(elapsed)}</Chip>}
      <Chip className="max-lg:hidden">{t("run.steps", { count: run.steps })}</Chip>
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

function Actions({
  run,
  onCancel,
  cancelling,
}: {
  run: RunView;
  onCancel: () => void;
  cancelling: boolean;
}) {
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
        <Button
          look="danger"
          icon={<Ban size={14} aria-hidden />}
          busy={cancelling}
          onClick={onCancel}
        >
          {cancelling ? t("run.cancelling") : t("run.cancel")}
        </Button>
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
        <Suspense>
          <InputsDialog
            title={t("agent.runTitle", { name: run.agent_name })}
            fields={agent.data.inputs.map(fieldOfInput)}
            initial={run.inputs}
            submitLabel={t("agent.run")}
            onSubmit={again}
            onClose={() => setEditing(false)}
          />
        </Suspense>
      )}
    </>
  );
}

/** From what failed to where it can be mended. */
function MendLink({ run }: { run: RunView }) {
  const { t } = useTranslation();
  const node = run.error?.node ?? undefined;
  return (
    <Link
      to="/agents/$id/edit"
      params={{ id: run.agent_id }}
      search={{ run: run.id, node }}
      className={buttonClass("plain", true)}
    >
      <Workflow size={13} aria-hidden />
      {t("run.mend")}
    </Link>
  );
}

const RESULT = "";

function OneRun({ id }: { id: string }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { live, run, steps, nameOf, labelOf, cancel, resume } = useRun(id);
  const { data } = run;
  useTitle(data ? `${data.agent_name} · ${t("run.title")}` : t("run.title"));
  const known = steps.data?.items ?? [];
  const paths = useMemo(() => nodePaths(data?.document), [data?.document]);
  const nodes = useMemo(() => summarise(paths, known), [paths, known]);
  const choose = (node: string) =>
    navigate({ search: { ...search, node: node || undefined, step: undefined } });

  return (
    <LiveProvider value={live}>
      <div className="flex h-full min-h-0 flex-col">
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
          <h1 className="min-w-0 truncate text-base">{data?.agent_name ?? t("run.title")}</h1>
          {data && <Facts run={data} />}
          <span className="grow" />
          {data && (
            <Actions run={data} cancelling={cancel.isPending} onCancel={() => cancel.mutate()} />
          )}
        </TopBar>
        <div className="flex min-h-0 grow max-md:flex-col max-md:overflow-y-auto">
          <nav
            aria-label={t("run.nodes")}
            className="w-72 shrink-0 overflow-y-auto border-line bg-surface p-2 max-md:w-full max-md:border-b md:border-r"
          >
            <button
              type="button"
              aria-current={!search.node || undefined}
              onClick={() => choose(RESULT)}
              className={`mb-1 flex min-h-9 w-full items-center gap-2 rounded-control px-2 text-left font-semibold hover:bg-surface2 ${search.node ? "" : "bg-accent-soft text-accent"}`}
            >
              {t("run.result")}
            </button>
            <NodeTree nodes={nodes} nameOf={nameOf} active={search.node} onChoose={choose} />
          </nav>
          <div className="min-h-0 min-w-0 grow overflow-y-auto p-4 max-md:overflow-visible sm:p-5">
            <Boundary region="run">
              <QueryState query={run} rows={5}>
                {(view) =>
                  search.node ? (
                    <>
                      <h2 className="mb-2 text-lg">{nameOf(search.node)}</h2>
                      <NodePanel
                        run={id}
                        node={search.node}
                        known={known}
                        at={search.step ?? 0}
                        nameOf={nameOf}
                        onStep={(step) =>
                          navigate({ search: { ...search, step: step || undefined } })
                        }
                      />
                    </>
                  ) : (
                    <div className="flex flex-col gap-6">
                      {view.status === "waiting" && view.waiting_for && (
                        <LimitCard
                          waiting={view.waiting_for}
                          busy={resume.isPending}
                          onResume={(limits) => resume.mutate(limits)}
                          onCancel={() => cancel.mutate()}
                        />
                      )}
                      <section>
                        <h2 className="mb-2 text-lg">{t("run.result")}</h2>
                        <RunResult
                          status={view.status}
                          outputs={view.outputs}
                          error={view.error}
                          starved={view.starved}
                          nameOf={nameOf}
                          labelOf={labelOf}
                          onNode={choose}
                          errorActions={view.error && <MendLink run={view} />}
                        />
                      </section>
                      <section>
                        <h2 className="mb-2 text-lg">{t("run.runInputs")}</h2>
                        <Inputs values={view.inputs} labelOf={labelOf} />
                      </section>
                      <section>
                        <h2 className="mb-2 text-lg">{t("run.timeline")}</h2>
                        <div className="rounded-card border border-line bg-surface">
                          <Timeline steps={known} nameOf={nameOf} onNode={choose} />
                        </div>
                        {steps.data && steps.data.total > known.length && (
                          <p className="mt-1 text-xs text-fg3">
                            {t("run.moreSteps", { shown: known.length, count: steps.data.total })}
                          </p>
                        )}
                      </section>
                    </div>
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
