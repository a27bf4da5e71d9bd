// One question of a run: what is asked, what was given, and the answers offered.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { MessageCircleQuestion, ShieldAlert } from "lucide-react";
import { lazy, type ReactNode, Suspense, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { answerApproval } from "@/api/approvals";
import type { Approval, Json } from "@/api/types";
import type { Faults } from "@/forms/check";
import { startValues } from "@/forms/fields";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { TextArea } from "@/ui/inputs";
import { useSentence } from "@/ui/sentence";
import { showToast } from "@/ui/toasts";
import { NamedValue } from "@/values/ValueView";
import { choicesOf, detailName, fieldsOf, questionOf, sentValues, shownDetails } from "./answers";

// Only questions that ask for values need the form.
const AnswerForm = lazy(() => import("./AnswerForm"));

interface AnswerCardProps {
  approval: Approval;
  nodeName: string;
  /** Where the question comes from, if that is not clear from the page. */
  heading?: ReactNode;
}

function useAnswer(approval: Approval) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    meta: { silent: true },
    mutationFn: (said: { choice: string; comment: string; values: Record<string, Json> }) =>
      answerApproval(approval.id, said),
    onSuccess: () => showToast({ tone: "ok", text: t("approvals.answered") }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["approvals"] });
      void client.invalidateQueries({ queryKey: ["runs"] });
    },
  });
}

function Asked({ approval, nodeName, heading }: AnswerCardProps) {
  const { t } = useTranslation();
  const { ago, moment } = useFormats();
  const doubt = approval.kind === "in_doubt";
  const Icon = doubt ? ShieldAlert : MessageCircleQuestion;
  return (
    <>
      <header className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm text-fg2">
        <Icon size={17} aria-hidden className="shrink-0 text-wait" />
        {heading}
        <span className="font-semibold text-fg">{nodeName}</span>
        <span>{ago(approval.since)}</span>
        {approval.until && <span>{t("wait.until", { time: moment(approval.until) })}</span>}
      </header>
      <p className="max-w-prose text-base break-words whitespace-pre-wrap">
        {questionOf(approval, t) || t(doubt ? "wait.in_doubt" : "approvals.noQuestion")}
      </p>
      {shownDetails(approval).map(([name, value]) => (
        <NamedValue key={name} name={detailName(approval, name, t)} value={value} />
      ))}
    </>
  );
}

export function AnswerCard(props: AnswerCardProps) {
  const { approval } = props;
  const { t } = useTranslation();
  const scope = useId();
  const answer = useAnswer(approval);
  const { sentence } = useSentence(answer.error);
  const fields = fieldsOf(approval, t);
  const [comment, setComment] = useState("");
  const [values, setValues] = useState(() => startValues(fields));
  const [faults, setFaults] = useState<Faults>({});
  const choices = choicesOf(approval, t);
  const say = async (choice: string, at: number) => {
    const { faultsOf } = await import("./AnswerForm");
    const found = fields.length ? faultsOf(fields, values, at === 0) : {};
    setFaults(found);
    if (Object.keys(found).length === 0)
      answer.mutate({ choice, comment, values: sentValues(approval, values) });
  };
  return (
    <article
      aria-label={approval.question || t("wait.in_doubt")}
      className="flex flex-col gap-3 rounded-card border border-wait/40 bg-surface p-4"
    >
      <Asked {...props} />
      {fields.length > 0 && (
        <Suspense>
          <AnswerForm
            scope={scope}
            fields={fields}
            values={values}
            faults={faults}
            disabled={answer.isPending}
            onChange={setValues}
          />
        </Suspense>
      )}
      <div className="flex max-w-xl flex-col gap-1 text-sm text-fg2">
        <label htmlFor={`${scope}-comment`}>{t("approvals.comment")}</label>
        <TextArea
          id={`${scope}-comment`}
          value={comment}
          rows={1}
          className="min-h-8!"
          onChange={(event) => setComment(event.target.value)}
        />
      </div>
      {sentence && answer.isError && (
        <p role="alert" className="rounded-control bg-bad-soft px-3 py-2 text-sm text-bad">
          {sentence}
        </p>
      )}
      {answer.isSuccess ? (
        <p className="text-sm text-ok">{t("approvals.answered")}</p>
      ) : (
        <Choices choices={choices} busy={answer.isPending} onChoose={say} />
      )}
    </article>
  );
}

interface ChoicesProps {
  choices: { id: string; label: string; hint: string }[];
  busy: boolean;
  onChoose: (choice: string, at: number) => void;
}

function Choices({ choices, busy, onChoose }: ChoicesProps) {
  const hinted = choices.some(({ hint }) => hint);
  return (
    <div className={hinted ? "flex flex-col gap-2" : "flex flex-wrap gap-2"}>
      {choices.map(({ id, label, hint }, at) => (
        <div key={id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Button
            look={at === 0 ? "primary" : "plain"}
            busy={busy}
            className="h-auto! min-h-8 max-w-full whitespace-normal!"
            onClick={() => onChoose(id, at)}
          >
            {label}
          </Button>
          {hint && <span className="text-sm text-fg2">{hint}</span>}
        </div>
      ))}
    </div>
  );
}
