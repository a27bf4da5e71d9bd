// The budgets there are, with what was taken of them.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Wallet } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import {
  type BudgetView,
  budgetsQuery,
  removeBudget,
  type SpendLimits,
  WINDOWS,
  type Window,
} from "@/api/spending";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { useMoney } from "@/ui/money";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows, Section } from "@/ui/Section";
import { Empty } from "@/ui/states";
import { BudgetDialog } from "./BudgetDialog";

function useLimitWords(): (budget: BudgetView, window: Window) => string[] {
  const { t } = useTranslation();
  const { number } = useFormats();
  const money = useMoney();
  return (budget, window) => {
    const limits: SpendLimits = budget[window] ?? {};
    const taken = budget.taken[window];
    const of = (spent: string | undefined, limit: string) =>
      spent === undefined
        ? t(`usage.window.${window}`, { limit })
        : t("usage.takenOf", { taken: spent, limit: t(`usage.window.${window}`, { limit }) });
    const told: string[] = [];
    if (typeof limits.usd === "number")
      told.push(of(taken && money(taken.usd, taken.unpriced), money(limits.usd)));
    if (typeof limits.tokens === "number") {
      const limit = t("usage.tokenCount", { count: number(limits.tokens) });
      told.push(of(taken && number(taken.tokens), limit));
    }
    if (typeof limits.unpriced_calls === "number") {
      const limit = t("usage.unpricedCount", { count: number(limits.unpriced_calls) });
      told.push(of(taken && number(taken.unpriced), limit));
    }
    return told;
  };
}

interface BudgetItemProps {
  budget: BudgetView;
  onEdit: () => void;
  onRemove: () => void;
}

function BudgetItem({ budget, onEdit, onRemove }: BudgetItemProps) {
  const { t } = useTranslation();
  const may = useMay();
  const words = useLimitWords();
  return (
    <Item
      icon={<Wallet size={18} aria-hidden />}
      title={budget.agent_name || t("usage.allAgents")}
      about={WINDOWS.flatMap((window) => words(budget, window)).map((each) => (
        <p key={each} className="tabular-nums">
          {each}
        </p>
      ))}
      actions={
        may("team.manage") && (
          <>
            <Button small onClick={onEdit}>
              {t("usage.edit")}
            </Button>
            <Button small look="danger" onClick={onRemove}>
              {t("usage.remove")}
            </Button>
          </>
        )
      }
    />
  );
}

export function Budgets() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay();
  const budgets = useQuery(budgetsQuery());
  const [editing, setEditing] = useState<BudgetView | "new" | null>(null);
  const changed = () => client.invalidateQueries({ queryKey: ["budgets"] });
  const remove = useMutation({ mutationFn: removeBudget, onSettled: changed });
  const add = (
    <Button look="primary" icon={<Plus size={15} aria-hidden />} onClick={() => setEditing("new")}>
      {t("usage.newBudget")}
    </Button>
  );
  return (
    <Section
      title={t("usage.budgets")}
      hint={t("usage.budgetsHint")}
      actions={may("team.manage") && add}
    >
      <QueryState query={budgets}>
        {(items) =>
          items.length ? (
            <Rows>
              {items.map((budget) => (
                <BudgetItem
                  key={budget.scope}
                  budget={budget}
                  onEdit={() => setEditing(budget)}
                  onRemove={() => remove.mutate(budget.scope)}
                />
              ))}
            </Rows>
          ) : (
            <Empty icon={<Wallet size={24} aria-hidden />} title={t("usage.noBudgets")} />
          )
        }
      </QueryState>
      {editing && (
        <BudgetDialog
          budget={editing === "new" ? null : editing}
          onDone={changed}
          onClose={() => setEditing(null)}
        />
      )}
    </Section>
  );
}
