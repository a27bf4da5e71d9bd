// What a step asked for: other blocks, other runs, time, people. Each may have asked for more.
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { StepView } from "@/api/types";
import { useFormats } from "@/ui/format";
import { ErrorCard } from "./ErrorCard";
import type { NameOf } from "./names";
import { StatusIcon } from "./Status";
import { StepCost } from "./StepCost";
import { Inputs, Outputs } from "./StepDetails";
import { childrenOf } from "./steps";

const VERBS = ["call", "use", "step", "run_agent", "sleep", "wait_for", "ask", "decide"] as const;

/** Such as "asks Send it?". */
export function askedWord({ verb, name }: { verb: string; name: string }, t: TFunction): string {
  const known = VERBS.find((each) => each === verb);
  return `${known ? t(`verb.${known}`) : verb} ${name}`.trim();
}

interface ChildStepsProps {
  step: StepView;
  steps: readonly StepView[];
  nameOf: NameOf;
}

function Child({ step, steps, nameOf }: ChildStepsProps) {
  const { t } = useTranslation();
  const { seconds } = useFormats();
  const name = step.name ?? "";
  const word = askedWord(
    { verb: step.verb ?? "", name: step.verb === "use" ? nameOf(name) : name },
    t,
  );
  return (
    <li>
      <details>
        <summary className="flex min-h-8 cursor-pointer items-center gap-2 rounded-control px-2 hover:bg-surface2">
          <StatusIcon status={step.status} />
          <span className="sr-only">{t(`status.${step.status}`)}</span>
          <span className="min-w-0 grow truncate">{word}</span>
          <StepCost step={step} />
          {step.duration !== null && (
            <span className="text-xs text-fg3 tabular-nums">{seconds(step.duration)}</span>
          )}
        </summary>
        <div className="ml-4 flex flex-col gap-3 border-l border-line py-2 pl-4">
          {step.error && <ErrorCard error={step.error} nameOf={nameOf} />}
          <Inputs values={step.inputs} />
          <Outputs values={step.outputs} />
          <ChildSteps step={step} steps={steps} nameOf={nameOf} />
        </div>
      </details>
    </li>
  );
}

export function ChildSteps({ step, steps, nameOf }: ChildStepsProps) {
  const { t } = useTranslation();
  const children = childrenOf(step, steps);
  if (children.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1.5 text-sm text-fg2">{t("run.children")}</h3>
      <ul className="m-0 flex list-none flex-col gap-1 p-0 text-sm">
        {children.map((child) => (
          <Child key={child.node} step={child} steps={steps} nameOf={nameOf} />
        ))}
      </ul>
    </section>
  );
}
