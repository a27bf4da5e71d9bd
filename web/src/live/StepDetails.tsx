// One step: what went in, what came out, what was tried.
import { useTranslation } from "react-i18next";
import type { Json, StepView } from "@/api/types";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { NamedValue } from "@/values/ValueView";
import { ChildSteps } from "./ChildSteps";
import { ErrorCard } from "./ErrorCard";
import type { NameOf } from "./names";
import { StatusIcon } from "./Status";
import { StepCost } from "./StepCost";
import { byUrgency, useWaitSentence } from "./waits";

/** The values of every pin, in the order they came; a pin used once is shown as its value. */
export function byPin(outputs: [string, Json][]): [pin: string, values: Json[]][] {
  const pins = new Map<string, Json[]>();
  for (const [pin, value] of outputs) {
    const values = pins.get(pin);
    if (values) values.push(value);
    else pins.set(pin, [value]);
  }
  return [...pins];
}

interface InputsProps {
  values: Record<string, Json>;
  labelOf?: (name: string) => string;
}

export function Inputs({ values, labelOf = String }: InputsProps) {
  const { t } = useTranslation();
  const entries = Object.entries(values);
  if (entries.length === 0) return <p className="text-sm text-fg3">{t("run.noInputs")}</p>;
  return (
    <div className="flex flex-col gap-2">
      {entries.map(([name, value]) => (
        <NamedValue key={name} name={labelOf(name)} value={value} />
      ))}
    </div>
  );
}

export function Outputs({ values }: { values: [string, Json][] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  if (values.length === 0) return <p className="text-sm text-fg3">{t("run.noOutputs")}</p>;
  return (
    <div className="flex flex-col gap-2">
      {byPin(values).map(([pin, all]) => (
        <NamedValue
          key={pin}
          name={pin}
          value={all.length === 1 ? (all[0] ?? null) : all}
          {...(all.length > 1 ? { hint: `×${number(all.length)}` } : {})}
        />
      ))}
    </div>
  );
}

function Attempts({ step }: { step: StepView }) {
  const { t } = useTranslation();
  const { seconds, pick } = useFormats();
  if (step.attempts.length < 2) return null;
  return (
    <section>
      <h3 className="mb-1.5 text-sm text-fg2">{t("run.attempts")}</h3>
      <ol className="m-0 flex list-none flex-col gap-1 p-0 text-sm">
        {step.attempts.map((attempt) => (
          <li key={attempt.number} className="flex items-start gap-2">
            <span className="mt-0.5">
              <StatusIcon status={attempt.status} />
            </span>
            <span className="tabular-nums">{attempt.number}</span>
            <span className="min-w-0 grow break-words text-fg2">
              {attempt.error && pick(attempt.error.message, attempt.error.message_zh)}
            </span>
            <span className="text-fg3 tabular-nums">
              {attempt.duration !== null && seconds(attempt.duration)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface StepDetailsProps {
  step: StepView;
  /** All steps known, those that this one asked for among them. */
  steps?: readonly StepView[];
  nameOf: NameOf;
}

export function StepDetails({ step, steps = [], nameOf }: StepDetailsProps) {
  const { t } = useTranslation();
  const say = useWaitSentence();
  const { seconds, date } = useFormats();
  return (
    <div className="flex flex-col gap-4">
      <p className="flex flex-wrap items-center gap-2 text-sm text-fg2">
        <StatusIcon status={step.status} />
        {t(`status.${step.status}`)}
        {step.duration !== null && <Chip>{seconds(step.duration)}</Chip>}
        <StepCost step={step} />
        {step.started_at && <span className="text-fg3">{date(step.started_at)}</span>}
        <code className="font-mono text-xs text-fg3">{step.block}</code>
      </p>
      {step.error && <ErrorCard error={step.error} nameOf={nameOf} />}
      {byUrgency(step.waiting_for ?? []).map((wait) => (
        <p key={`${wait.kind} ${wait.node} ${wait.key}`} className="text-sm text-wait">
          {say(wait)}
        </p>
      ))}
      <section>
        <h3 className="mb-1.5 text-sm text-fg2">{t("run.inputs")}</h3>
        <Inputs values={step.inputs} />
      </section>
      <section>
        <h3 className="mb-1.5 text-sm text-fg2">{t("run.outputs")}</h3>
        <Outputs values={step.outputs} />
      </section>
      <ChildSteps step={step} steps={steps} nameOf={nameOf} />
      <Attempts step={step} />
    </div>
  );
}
