// Everything a run waits for: what its owner can do about it stands beside it.
import {
  CirclePause,
  Hourglass,
  MailQuestion,
  PackageX,
  RotateCw,
  ShieldAlert,
  Timer,
  Workflow,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunLimits, RunView, Wait } from "@/api/types";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { AnswerCard } from "./AnswerCard";
import { BudgetCard } from "./BudgetCard";
import { LimitCard } from "./LimitCard";
import type { NameOf } from "./names";
import { SignalForm } from "./SignalForm";
import { approvalOf, byUrgency, isHeld, isQuestion, useWaitSentence } from "./waits";

const ICONS = {
  limit: CirclePause,
  pause: CirclePause,
  sleep: Timer,
  retry: RotateCw,
  signal: MailQuestion,
  ask: MailQuestion,
  in_doubt: ShieldAlert,
  run: Workflow,
  block: PackageX,
  quarantine: ShieldAlert,
} as const satisfies Record<Wait["kind"], typeof Timer>;
// A run may wait for thousands of things; the most urgent come first.
const SHOWN = 20;

interface WaitCardsProps {
  run: RunView;
  nameOf: NameOf;
  busy: boolean;
  onResume: (limits: RunLimits) => void;
  onCancel: () => void;
  onNode: (node: string) => void;
}

interface LineProps {
  wait: Wait;
  nameOf: NameOf;
  onNode: (node: string) => void;
  children?: ReactNode;
}

function Line({ wait, nameOf, onNode, children }: LineProps) {
  const { t } = useTranslation();
  const say = useWaitSentence();
  const { moment, ago } = useFormats();
  const Icon = ICONS[wait.kind] ?? Hourglass;
  const since = new Date(wait.since * 1000).toISOString();
  const late = wait.until !== null && wait.kind !== "sleep" && wait.kind !== "retry";
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-card border border-wait/40 bg-wait-soft p-3">
      <Icon size={17} aria-hidden className="shrink-0 text-wait" />
      <p className="min-w-48 grow break-words">
        {wait.node && (
          <button
            type="button"
            className="font-semibold hover:underline"
            onClick={() => onNode(wait.node)}
          >
            {nameOf(wait.node)}
          </button>
        )}
        {wait.node && " · "}
        {say(wait)}
        {late && wait.until !== null && (
          <span className="text-fg2">
            {" "}
            {t("wait.until", { time: moment(new Date(wait.until * 1000).toISOString()) })}
          </span>
        )}
        <span className="text-sm text-fg2"> · {ago(since)}</span>
      </p>
      {children}
    </div>
  );
}

function Held({ run, wait, ...rest }: WaitCardsProps & { wait: Wait }) {
  const { t } = useTranslation();
  return (
    <Line wait={wait} {...rest}>
      <Button look="primary" busy={rest.busy} onClick={() => rest.onResume({})}>
        {t("run.resume")}
      </Button>
      <Button onClick={rest.onCancel}>{t("run.cancel")}</Button>
    </Line>
  );
}

function Card(props: WaitCardsProps & { wait: Wait }) {
  const { wait, run, busy, onResume, onCancel, nameOf, onNode } = props;
  if (wait.kind === "limit" && wait.details.scope)
    return (
      <BudgetCard waiting={wait} busy={busy} onResume={() => onResume({})} onCancel={onCancel} />
    );
  if (wait.kind === "limit")
    return <LimitCard waiting={wait} busy={busy} onResume={onResume} onCancel={onCancel} />;
  if (isHeld(wait)) return <Held {...props} />;
  if (isQuestion(wait))
    return <AnswerCard approval={approvalOf(wait, run)} nodeName={nameOf(wait.node)} />;
  return (
    <Line wait={wait} nameOf={nameOf} onNode={onNode}>
      {wait.kind === "signal" && <SignalForm run={run.id} name={String(wait.details.name ?? "")} />}
    </Line>
  );
}

export function WaitCards(props: WaitCardsProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const waits = byUrgency(props.run.waiting_for);
  if (waits.length === 0) return null;
  const shown = all ? waits : waits.slice(0, SHOWN);
  return (
    <section aria-label={t("wait.title")} className="flex flex-col gap-2">
      {shown.map((wait) => (
        <Card
          key={`${wait.kind} ${wait.node}#${wait.iteration}:${wait.key}`}
          {...props}
          wait={wait}
        />
      ))}
      {shown.length < waits.length && (
        <Button small onClick={() => setAll(true)}>
          {t("wait.more", { count: waits.length - shown.length })}
        </Button>
      )}
    </section>
  );
}
