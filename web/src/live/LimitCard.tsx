// A run that stopped at a ceiling: raise it and go on, or end it.
import { CirclePause } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunLimits, Wait } from "@/api/types";
import { Button } from "@/ui/Button";
import { TextInput } from "@/ui/inputs";
import { useWaitSentence } from "./waits";

interface LimitCardProps {
  waiting: Wait;
  busy: boolean;
  onResume: (limits: RunLimits) => void;
  onCancel: () => void;
}

export function LimitCard({ waiting, busy, onResume, onCancel }: LimitCardProps) {
  const { t } = useTranslation();
  const say = useWaitSentence();
  const field = useId();
  const reached = Math.max(Number(waiting.details.value), Number(waiting.details.of ?? 0));
  const [typed, setTyped] = useState(String(reached * 2));
  const wanted = Number(typed);
  const valid = Number.isFinite(wanted) && wanted > reached;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (valid) onResume({ [String(waiting.details.limit)]: wanted });
  };
  return (
    <form
      onSubmit={submit}
      className="flex flex-wrap items-center gap-3 rounded-card border border-wait/40 bg-wait-soft p-3"
    >
      <CirclePause size={17} aria-hidden className="shrink-0 text-wait" />
      <p className="min-w-48 grow">{say(waiting)}</p>
      <label htmlFor={field} className="flex items-center gap-2 text-sm whitespace-nowrap text-fg2">
        {t("run.newLimit")}
        <TextInput
          id={field}
          value={typed}
          inputMode="decimal"
          aria-invalid={!valid || undefined}
          onChange={(event) => setTyped(event.target.value)}
          className="w-28! tabular-nums"
        />
      </label>
      <Button type="submit" look="primary" disabled={!valid} busy={busy}>
        {t("run.resume")}
      </Button>
      <Button onClick={onCancel}>{t("run.cancel")}</Button>
    </form>
  );
}
