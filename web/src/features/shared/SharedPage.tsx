// What somebody without an account sees behind a link: an agent they may run, or a run and its result.
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Copy, Play } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  copyShared,
  type LinkScope,
  runShared,
  type Shared,
  type SharedRun,
  type SharedStep,
  sharedQuery,
  sharedRunQuery,
} from "@/api/teams";
import type { AgentInput } from "@/api/types";
import { RunInputs } from "@/forms/RunInputs";
import { RunResult } from "@/live/RunResult";
import { StatusChip, StatusMark } from "@/live/Status";
import { BarePage } from "@/ui/BarePage";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { QueryState } from "@/ui/QueryState";
import { showToast } from "@/ui/toasts";
import { NamedValue } from "@/values/ValueView";

const Markdown = lazy(() => import("@/values/Markdown"));
const route = getRouteApi("/s/$token");

function Steps({ steps }: { steps: SharedStep[] }) {
  const { t } = useTranslation();
  const { seconds } = useFormats();
  return (
    <details>
      <summary className="min-h-6 text-sm text-accent">
        {t("run.steps", { count: steps.length })}
      </summary>
      <ul className="m-0 mt-2 flex list-none flex-col gap-1 p-0">
        {steps.map((step) => (
          <li key={`${step.node} ${step.iteration}`}>
            <details>
              <summary className="flex min-h-8 items-center gap-2">
                <StatusMark status={step.status} />
                <span className="min-w-0 grow truncate">{step.node}</span>
                <span className="text-xs text-fg3">
                  {step.duration !== null && seconds(step.duration)}
                </span>
              </summary>
              <div className="flex flex-col gap-2 py-1 pl-8">
                {step.outputs.map(([name, value], at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: an output may come several times
                  <NamedValue key={`${name} ${at}`} name={name} value={value} />
                ))}
              </div>
            </details>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Result({ run }: { run: SharedRun }) {
  const { ago } = useFormats();
  return (
    <section className="flex flex-col gap-3" aria-live="polite">
      <p className="flex items-center gap-2 text-sm text-fg2">
        <StatusChip status={run.status} />
        {ago(run.created_at)}
      </p>
      <RunResult
        status={run.status}
        outputs={run.outputs}
        error={run.error}
        starved={[]}
        nameOf={(node) => node}
        labelOf={(name) => name}
      />
      {!!run.steps?.length && <Steps steps={run.steps} />}
    </section>
  );
}

function StartedRun({ token, id }: { token: string; id: string }) {
  const run = useQuery(sharedRunQuery(token, id));
  return (
    <div className="border-t border-line pt-4">
      <QueryState query={run}>{(found) => <Result run={found} />}</QueryState>
    </div>
  );
}

/** For whoever has an account here; everybody else signs in first. */
function CopyAgent({ token }: { token: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const copy = useMutation({
    mutationFn: () => copyShared(token),
    onSuccess: ({ id, name }) => {
      showToast({ tone: "ok", text: t("shared.copied", { name }) });
      void navigate({ to: "/agents/$id/edit", params: { id } });
    },
    onError: (error) => {
      const { status } = error as { status?: number };
      if (status === 401) void navigate({ to: "/sign-in", search: { back: `/s/${token}` } });
    },
  });
  return (
    <Button
      icon={<Copy size={14} aria-hidden />}
      busy={copy.isPending}
      onClick={() => copy.mutate()}
    >
      {t("shared.copy")}
    </Button>
  );
}

interface SharedAgentProps {
  token: string;
  agent: { name: string; description: string; inputs: AgentInput[] };
  scopes: LinkScope[];
}

function SharedAgent({ token, agent, scopes }: SharedAgentProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [started, setStarted] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: (inputs: Parameters<typeof runShared>[1]) => runShared(token, inputs),
    onSuccess: (run) => {
      setAsking(false);
      setStarted(run.id);
    },
    meta: { silent: true },
  });
  return (
    <div className="flex flex-col gap-4">
      {agent.description && <p className="text-fg2">{agent.description}</p>}
      <div className="flex flex-wrap gap-2">
        {scopes.includes("run") && (
          <Button
            look="primary"
            icon={<Play size={14} aria-hidden />}
            busy={start.isPending}
            onClick={() => setAsking(true)}
          >
            {t("agent.run")}
          </Button>
        )}
        {scopes.includes("copy") && <CopyAgent token={token} />}
      </div>
      {!scopes.includes("run") && <p className="text-sm text-fg3">{t("shared.lookOnly")}</p>}
      {started && <StartedRun token={token} id={started} />}
      {asking && (
        <RunInputs
          agent={agent}
          onSubmit={async (values) => void (await start.mutateAsync(values))}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

const titleOf = (shared: Shared | undefined) =>
  shared?.agent?.name || shared?.run?.agent_name || shared?.thread?.title || "";

type SharedThread = NonNullable<Shared["thread"]>;

function Messages({ thread }: { thread: SharedThread }) {
  return (
    <ol className="m-0 flex list-none flex-col gap-4 p-0">
      {thread.messages.map((message, at) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: what is shown does not change
          key={at}
          className={message.role === "user" ? "rounded-card bg-accent-soft px-3.5 py-2" : ""}
        >
          {message.files.length > 0 && (
            <p className="text-sm text-fg2">{message.files.join(" · ")}</p>
          )}
          {message.role === "user" ? (
            <p className="break-words whitespace-pre-wrap">{message.text}</p>
          ) : (
            <Suspense fallback={<p className="whitespace-pre-wrap">{message.text}</p>}>
              <Markdown text={message.text} />
            </Suspense>
          )}
        </li>
      ))}
    </ol>
  );
}

export default function SharedPage() {
  const { t } = useTranslation();
  const { date } = useFormats();
  const { token } = route.useParams();
  const shared = useQuery(sharedQuery(token));
  return (
    <BarePage wide title={titleOf(shared.data) || t("shared.title")}>
      <QueryState query={shared} rows={4}>
        {(found) => (
          <>
            {found.agent && <SharedAgent token={token} agent={found.agent} scopes={found.scopes} />}
            {found.run && <Result run={found.run} />}
            {found.thread && <Messages thread={found.thread} />}
            {found.expires_at && (
              <p className="mt-4 text-xs text-fg3">
                {t("shared.until", { date: date(found.expires_at) })}
              </p>
            )}
          </>
        )}
      </QueryState>
    </BarePage>
  );
}
