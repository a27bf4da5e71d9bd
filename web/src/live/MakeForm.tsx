// Says in words what an agent should do, and has it drafted.
import { useMutation } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { type KeyboardEvent, lazy, Suspense, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { makeProposal, type ProposalView } from "@/api/proposals";
import { Button } from "@/ui/Button";
import { isImeKey } from "@/ui/ime";
import { INPUT } from "@/ui/inputs";
import { useSentence } from "@/ui/sentence";

// What shows a run is only needed once one was begun.
const Drafting = lazy(() => import("./Drafting"));

interface MakeFormProps {
  label: string;
  placeholder: string;
  /** The agent to change; a new one without it. */
  agent?: string;
  onProposed: (proposal: ProposalView) => void;
}

export function MakeForm({ label, placeholder, agent = "", onProposed }: MakeFormProps) {
  const { t } = useTranslation();
  const id = useId();
  const [message, setMessage] = useState("");
  const start = useMutation({ mutationFn: () => makeProposal(message.trim(), agent) });
  const { sentence } = useSentence(start.error);
  const submit = () => {
    if (message.trim() && !start.isPending) start.mutate();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || isImeKey(event) || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    submit();
  };
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={id} className="text-sm text-fg2">
        {label}
      </label>
      <div className="flex flex-wrap items-end gap-2">
        <textarea
          id={id}
          rows={2}
          maxLength={20_000}
          value={message}
          placeholder={placeholder}
          onChange={(event) => setMessage(event.target.value)}
          onKeyDown={keys}
          className={`${INPUT} min-w-60 grow basis-80 resize-y`}
        />
        <Button
          look="primary"
          busy={start.isPending}
          disabled={!message.trim()}
          icon={<Sparkles size={14} aria-hidden />}
          onClick={submit}
          data-tip="Ctrl Enter"
        >
          {t("make.make")}
        </Button>
      </div>
      {start.isError && (
        <p role="alert" className="text-sm text-bad">
          {sentence}
        </p>
      )}
      {start.data && (
        <Suspense fallback={null}>
          <Drafting key={start.data.id} started={start.data} onProposed={onProposed} />
        </Suspense>
      )}
    </div>
  );
}
