// What a run waits for, as sentences and as things to be done.
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Approval, RunView, Wait } from "@/api/types";
import { type Formats, useFormats } from "@/ui/format";

const text = (value: unknown): string =>
  value === undefined || value === null ? "" : String(value);
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

/** Which limit was reached; money as far as its prices are known. */
function limitSentence(details: Wait["details"], t: TFunction, formats: Formats): string {
  const what = text(details.what) || text(details.limit);
  const told = {
    limit: t(`run.limit.${what}`, { defaultValue: what }),
    value: formats.number(Number(details.of ?? details.value)),
    taken: formats.number(Number(details.value)),
    node: text(details.node),
  };
  const unpriced = Number(details.unpriced ?? 0);
  const more = unpriced ? ` ${t("run.andUnpriced", { count: unpriced })}` : "";
  if (details.scope) {
    const whose = details.scope === "user" ? "user" : "agent";
    const window = t(`usage.each.${text(details.window)}`, { defaultValue: "" });
    return t(`run.atBudget.${whose}`, { ...told, window }) + more;
  }
  return t(details.node ? "run.atNodeLimit" : "run.atLimit", told) + more;
}

/** Why it waits, in one sentence. */
export function waitSentence(wait: Wait, t: TFunction, formats: Formats): string {
  const { details, until } = wait;
  const at = until === null ? "" : formats.moment(iso(until));
  switch (wait.kind) {
    case "limit":
      return limitSentence(details, t, formats);
    case "pause":
      return t("wait.pause");
    case "sleep":
      return t("wait.sleep", { time: at });
    case "retry":
      return t("wait.retry", { number: text(details.attempt), time: at });
    case "signal":
      return t("wait.signal", { name: text(details.name) });
    case "ask":
      return t("wait.ask", { question: text(details.question) });
    case "in_doubt":
      return t("wait.in_doubt");
    case "run":
      return t("wait.run", { agent: text(details.agent) || text(details.run) });
    case "block":
      return t(details.version === null ? "wait.block" : blockVersion(details), {
        block: text(details.block),
        version: text(details.version),
        installed: text(details.installed),
      });
    case "quarantine":
      return t("wait.quarantine", { count: Number(details.kills) || 0 });
  }
}

const blockVersion = ({ installed }: Wait["details"]) =>
  installed === null ? "wait.blockVersion" : "wait.blockChanged";

export function useWaitSentence(): (wait: Wait) => string {
  const { t } = useTranslation();
  const formats = useFormats();
  return (wait) => waitSentence(wait, t, formats);
}

/** What one must do something about first, then by age. */
const URGENCY: Wait["kind"][] = [
  "in_doubt",
  "ask",
  "quarantine",
  "limit",
  "pause",
  "block",
  "signal",
  "run",
  "retry",
  "sleep",
];

export function byUrgency(waits: readonly Wait[]): Wait[] {
  return [...waits].sort(
    (a, b) => URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind) || a.since - b.since,
  );
}

export const isQuestion = ({ kind }: Wait): boolean => kind === "ask" || kind === "in_doubt";

/** Whether the run stands still until its owner lets it go on, a ceiling aside. */
export const isHeld = ({ kind }: Wait): boolean => kind === "pause" || kind === "quarantine";

/** A wait for a person, the way the list of all open questions tells it. */
export function approvalOf(wait: Wait, run: RunView): Approval {
  const { id, question, choices, ...details } = wait.details;
  return {
    id: text(id),
    kind: wait.kind,
    run_id: run.id,
    agent_id: run.agent_id,
    agent_name: run.agent_name,
    node: wait.node,
    iteration: wait.iteration,
    question: text(question),
    choices: Array.isArray(choices) ? choices.map(text) : [],
    since: iso(wait.since),
    until: wait.until === null ? null : iso(wait.until),
    details,
  };
}
