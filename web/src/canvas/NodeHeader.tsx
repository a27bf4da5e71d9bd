/** The top of a card: icon, title (or the field to change it), and the state of its run or its problems. */

import { ChevronsDownUp, CircleAlert, CircleSlash, Repeat, TriangleAlert } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Finding, type NodeView, TOOL_PIN, titleOf } from "@/editor";
import { StatusIcon } from "@/live/Status";
import type { NodeLive } from "@/live/state";
import { useElapsed } from "@/live/useElapsed";
import { byUrgency, useWaitSentence } from "@/live/waits";
import { isImeKey } from "@/ui/ime";
import { BlockIcon } from "./BlockIcon";
import { useCanvas, useUi } from "./context";

interface NodeHeaderProps {
  view: NodeView;
  live: NodeLive | undefined;
  findings: readonly Finding[] | undefined;
}

export function NodeHeader({ view, live, findings }: NodeHeaderProps) {
  const { i18n } = useTranslation();
  const renaming = useUi((ui) => ui.renaming === view.id);
  const title =
    view.node.title || titleOf(view.spec ?? { id: view.node.block ?? view.id }, i18n.language);
  return (
    <header className="lb-head">
      {view.node.body ? (
        <BodyIcon view={view} />
      ) : (
        <BlockIcon icon={view.spec?.icon} category={view.spec?.category} />
      )}
      {view.linkedOutputs.has(TOOL_PIN.name) && <ToolBadge />}
      {renaming ? <TitleField view={view} title={title} /> : <b className="lb-title">{title}</b>}
      <NodeState view={view} live={live} findings={findings} />
    </header>
  );
}

/** Says that the node runs when it is chosen, and not by itself. */
function ToolBadge() {
  const { t } = useTranslation();
  return (
    <span className="lb-tool-badge" data-tip={t("canvas.isToolLong")}>
      {t("canvas.isTool")}
    </span>
  );
}

function BodyIcon({ view }: { view: NodeView }) {
  const { editor } = useCanvas();
  const { t } = useTranslation();
  const label = t("canvas.openBody");
  return (
    <button
      type="button"
      tabIndex={-1}
      className="nodrag lb-open"
      aria-label={label}
      data-tip={label}
      onClick={(event) => {
        event.stopPropagation();
        editor.open([...editor.getState().path, view.id]);
      }}
    >
      {view.node.body?.rest.mode === "loop" ? <Repeat size={16} /> : <ChevronsDownUp size={16} />}
    </button>
  );
}

function TitleField({ view, title }: { view: NodeView; title: string }) {
  const { editor, ui } = useCanvas();
  const { t } = useTranslation();
  const [text, setText] = useState(title);
  const close = (keep: boolean): void => {
    if (keep && text.trim() !== title) {
      editor.dispatch({
        type: "setNode",
        ids: [view.id],
        key: "title",
        value: text.trim() || undefined,
      });
    }
    ui.setState({ renaming: null });
  };
  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (isImeKey(event)) return;
    if (event.key === "Enter") close(true);
    if (event.key === "Escape") close(false);
  };
  return (
    <input
      // The field appears because somebody asked to type in it.
      ref={(field) => field?.focus()}
      aria-label={t("canvas.rename")}
      className="nodrag nokey lb-title-field"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={() => close(true)}
      onKeyDown={onKey}
    />
  );
}

function NodeState({ view, live, findings = [] }: NodeHeaderProps) {
  const { t } = useTranslation();
  if (view.node.disabled) {
    return (
      <span className="lb-state lb-mute">
        <CircleSlash size={13} aria-hidden /> {t("canvas.disabled")}
      </span>
    );
  }
  if (live && live.status !== "idle") return <RunState live={live} />;
  if (findings.length === 0) return null;
  const wrong = findings.some((finding) => finding.severity === "error");
  const Icon = wrong ? CircleAlert : TriangleAlert;
  return (
    <span
      className={wrong ? "lb-state lb-bad" : "lb-state lb-warn"}
      role="img"
      aria-label={t("canvas.problems", { count: findings.length })}
      data-tip={t("canvas.problems", { count: findings.length })}
    >
      <Icon size={14} aria-hidden />
      {findings.length > 1 && findings.length}
    </span>
  );
}

function RunState({ live }: { live: NodeLive }) {
  const { t, i18n } = useTranslation();
  const running = live.status === "running";
  const elapsed = useElapsed(live.startedAt, null, running);
  const seconds = running ? elapsed : live.seconds;
  const { progress } = live;
  const say = useWaitSentence();
  const time = seconds === null || seconds < 0.001 ? "" : shortTime(seconds, i18n.language);
  const text = running && progress?.total ? `${progress.done ?? 0}/${progress.total}` : time;
  const [wait] = live.status === "waiting" ? byUrgency(live.waits) : [];
  const times = live.completed > 1 && !running ? `×${live.completed} ` : "";
  return (
    <span className={`lb-state lb-status-${live.status}`}>
      <StatusIcon status={live.status} size={13} />
      <span className="sr-only">{t(`status.${live.status}`)}</span>
      {times}
      {wait && <span data-tip={say(wait)}>{t(`wait.word.${wait.kind}`)}</span>}
      {live.status === "failed" ? t("status.failed") : text}
    </span>
  );
}

function shortTime(seconds: number, language: string): string {
  const digits = seconds < 10 ? 1 : 0;
  const small = seconds < 0.1;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: small ? "millisecond" : "second",
    unitDisplay: "narrow",
    maximumFractionDigits: small ? 0 : digits,
  }).format(small ? seconds * 1000 : seconds);
}
