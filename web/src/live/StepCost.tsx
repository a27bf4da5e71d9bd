// What the model calls of a step took; nothing for steps without any.
import { useTranslation } from "react-i18next";
import type { StepView } from "@/api/types";
import { useFormats } from "@/ui/format";
import { useMoney } from "@/ui/money";

const count = (value: unknown) => (typeof value === "number" ? value : 0);

export function StepCost({ step }: { step: StepView }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const money = useMoney();
  if (!step.usage) return null;
  const { tokens, usd, unpriced } = step.usage;
  const tip = t("usage.tokenCount", { count: number(count(tokens)) });
  return (
    <span className="text-xs text-fg3 tabular-nums" data-tip={tip}>
      {money(typeof usd === "number" ? usd : null, count(unpriced))}
    </span>
  );
}
