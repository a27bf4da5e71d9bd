// Below the canvas: what is wrong, what the run gave, when each block worked, what happened.
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RunLimits, RunView, StepView } from "@/api/types";
import { useFindingText } from "@/canvas";
import type { Finding } from "@/editor";
import type { LogLine } from "@/live/log";
import { type NameOf, pinLabels } from "@/live/names";
import { PauseButton } from "@/live/PauseButton";
import { RunResult } from "@/live/RunResult";
import { StatusChip } from "@/live/Status";
import { useLive } from "@/live/store";
import { Timeline } from "@/live/Timeline";
import { useElapsed } from "@/live/useElapsed";
import { WaitCards } from "@/live/WaitCards";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { Inline } from "@/ui/Inline";
import { Tabs, tabPanel } from "@/ui/Tabs";

export type DockTab = "problems" | "result" | "timeline" | "logs";

interface DockProps {
  tab: DockTab;
  onTab: (tab: DockTab) => void;
  findings: Finding[];
  run: RunView | undefined;
  steps: StepView[];
  nameOf: NameOf;
  onNode: (node: string) => void;
  resuming: boolean;
  onResume: (limits: RunLimits) => void;
  onPause: () => void;
  onStop: () => void;
}

function Problems({ findings, nameOf, onNode }: Pick<DockProps, "findings" | "nameOf" | "onNode">) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const say = useFindingText();
  if (findings.length === 0)
    return (
      <p className="flex items-center gap-2 p-4 text-sm text-fg2">
        <CircleCheck size={16} aria-hidden className="text-ok" />
        {t("builder.noProblems")}
      </p>
    );
  return (
    <ul className="m-0 list-none p-2 text-sm">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.node} ${finding.pin} ${finding.link}`}>
          <button
            type="button"
            disabled={finding.node === null}
            onClick={() => finding.node && onNode(finding.node)}
            className="flex min-h-8 w-full items-start gap-2 rounded-control px-2 py-1 text-left enabled:hover:bg-surface2"
          >
            {finding.severity === "error" ? (
              <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0 text-bad" />
            ) : (
              <TriangleAlert size={15} aria-hidden className="mt-0.5 shrink-0 text-warn" />
            )}
            <span className="min-w-0">
              {finding.node && <span className="font-semibold">{nameOf(finding.node)} · </span>}
              <Inline text={say(finding)} />
              {finding.repair && (
                <span className="text-fg3">
                  {" "}
                  <Inline text={pick(finding.repair, finding.repair_zh)} />
                </span>
              )}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function useLineText(nameOf: NameOf): (line: LogLine) => string {
  const { t } = useTranslation();
  const { pick, seconds } = useFormats();
  return ({ event }) => {
    switch (event.kind) {
      case "run_ended":
        return t("log.run_ended", { status: t(`status.${event.data.status}`) });
      case "run_started":
      case "run_paused":
      case "run_resumed":
      case "run_waiting":
      case "run_woken":
        return t(`log.${event.kind}`);
      case "step_started":
        return `${nameOf(event.data.node)} ${t("log.step_started")}`;
      case "step_finished":
        return `${nameOf(event.data.node)} ${t("log.step_finished", { time: seconds(event.data.duration ?? 0) })}`;
      case "attempt_failed": {
        const { error, attempt, node } = event.data;
        const said = pick(error.message, error.message_zh);
        return `${nameOf(node)} ${t("log.attempt_failed", { number: attempt, text: said })}`;
      }
      case "step_failed": {
        const { error, node } = event.data;
        return `${nameOf(node)} ${t("log.step_failed", { text: pick(error.message, error.message_zh) })}`;
      }
      case "child_started":
      case "child_finished":
      case "child_failed": {
        const { node, verb, name } = event.data;
        const what = verb === "use" ? nameOf(name) : name;
        return `${nameOf(node)} › ${t(`verb.${verb}`, { defaultValue: verb })} ${what} ${t(`log.${event.kind}`)}`;
      }
      default:
        return event.kind;
    }
  };
}

const LINE_PX = 22;

function Logs({ nameOf, onNode }: Pick<DockProps, "nameOf" | "onNode">) {
  const { t } = useTranslation();
  const { language } = useFormats();
  const log = useLive((live) => live.log);
  const textOf = useLineText(nameOf);
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const rows = useVirtualizer({
    count: log.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  });
  // Stays at the end unless somebody scrolled away from it.
  useEffect(() => {
    if (follow.current && log.length) rows.scrollToIndex(log.length - 1);
  }, [log.length, rows]);
  if (log.length === 0) return <p className="p-4 text-sm text-fg3">{t("builder.noLog")}</p>;
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
  return (
    <div
      ref={box}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        follow.current = scrollTop + clientHeight > scrollHeight - LINE_PX * 2;
      }}
      className="h-full overflow-y-auto py-1 font-mono text-xs"
    >
      <ol className="relative m-0 list-none p-0" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const line = log[index];
          if (!line) return null;
          const { event } = line;
          const node = "node" in event.data ? event.data.node : null;
          const failed = event.kind === "step_failed" || event.kind === "attempt_failed";
          return (
            <li
              key={key}
              className="absolute inset-x-0 flex gap-3 px-4 leading-[22px] whitespace-nowrap"
              style={{ transform: `translateY(${start}px)`, height: LINE_PX }}
            >
              <time className="text-fg3 tabular-nums">{clock.format(line.at)}</time>
              {node ? (
                <button
                  type="button"
                  onClick={() => onNode(node)}
                  className={
                    failed ? "truncate text-bad hover:underline" : "truncate hover:underline"
                  }
                >
                  {textOf(line)}
                </button>
              ) : (
                <span className="text-fg2">{textOf(line)}</span>
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

type Steering = Pick<DockProps, "resuming" | "onPause" | "onResume">;

function RunFacts({ run, ...steering }: { run: RunView } & Steering) {
  const { t } = useTranslation();
  const { seconds } = useFormats();
  const going = run.status === "running" || run.status === "waiting";
  const from = run.started_at ? Date.parse(run.started_at) : null;
  const until = run.ended_at ? Date.parse(run.ended_at) : null;
  const elapsed = useElapsed(from, until, going);
  return (
    <>
      <StatusChip status={run.status} />
      {elapsed !== null && <Chip className="tabular-nums">{seconds(elapsed)}</Chip>}
      <PauseButton
        run={run}
        small
        busy={steering.resuming}
        onPause={steering.onPause}
        onResume={() => steering.onResume({})}
      />
      <Link
        to="/runs/$id"
        params={{ id: run.id }}
        className="inline-flex min-h-6 items-center text-sm text-accent hover:underline"
      >
        {t("builder.openRun")}
      </Link>
    </>
  );
}

export function Dock(props: DockProps) {
  const { tab, onTab, findings, run, steps, nameOf, onNode } = props;
  const { t } = useTranslation();
  return (
    <>
      <Tabs
        name="dock"
        label={t("builder.dock")}
        active={tab}
        onChange={onTab}
        tabs={[
          { id: "problems", label: t("builder.problems"), count: findings.length, tone: "bad" },
          { id: "result", label: t("builder.result") },
          { id: "timeline", label: t("builder.timeline") },
          { id: "logs", label: t("builder.logs") },
        ]}
        trailing={
          run && (
            <RunFacts
              run={run}
              resuming={props.resuming}
              onPause={props.onPause}
              onResume={props.onResume}
            />
          )
        }
      />
      <div {...tabPanel("dock", tab)} className="min-h-0 grow overflow-y-auto">
        {tab === "problems" && <Problems findings={findings} nameOf={nameOf} onNode={onNode} />}
        {tab === "result" &&
          (run ? (
            <div className="flex flex-col gap-3 p-3">
              <WaitCards
                run={run}
                nameOf={nameOf}
                busy={props.resuming}
                onResume={props.onResume}
                onCancel={props.onStop}
                onNode={onNode}
              />
              <RunResult
                status={run.status}
                outputs={run.outputs}
                error={run.error}
                starved={run.starved}
                nameOf={nameOf}
                labelOf={pinLabels(run.document)}
                onNode={onNode}
              />
            </div>
          ) : (
            <p className="p-4 text-sm text-fg3">{t("builder.noRun")}</p>
          ))}
        {tab === "timeline" && <Timeline steps={steps} nameOf={nameOf} onNode={onNode} />}
        {tab === "logs" && <Logs nameOf={nameOf} onNode={onNode} />}
      </div>
    </>
  );
}
