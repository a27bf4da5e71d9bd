// What models would take in a run, said before it starts; nothing for agents that ask none.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { estimateQuery } from "@/api/spending";
import { useFormats } from "@/ui/format";
import { useMoney } from "@/ui/money";

export function RunEstimate({ agent }: { agent: string }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const money = useMoney();
  const estimate = useQuery(estimateQuery(agent));
  if (!estimate.data?.nodes?.length) return null;
  const { total } = estimate.data;
  const cost = money(total.usd);
  return (
    <p className="text-sm text-fg2 tabular-nums">
      {t("usage.likely", { tokens: number(total.tokens), cost })}
    </p>
  );
}
