// A run that stopped at a budget: change that, then let the run ask again, or end it.
import { Link } from "@tanstack/react-router";
import { Wallet } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Wait } from "@/api/types";
import { Button, buttonClass } from "@/ui/Button";
import { useWaitSentence } from "./waits";

interface BudgetCardProps {
  waiting: Wait;
  busy: boolean;
  onResume: () => void;
  onCancel: () => void;
}

export function BudgetCard({ waiting, busy, onResume, onCancel }: BudgetCardProps) {
  const { t } = useTranslation();
  const say = useWaitSentence();
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-card border border-wait/40 bg-wait-soft p-3">
      <Wallet size={17} aria-hidden className="shrink-0 text-wait" />
      <p className="min-w-48 grow">{say(waiting)}</p>
      <Link to="/settings/usage" className={buttonClass()}>
        {t("run.openBudgets")}
      </Link>
      <Button look="primary" busy={busy} onClick={onResume}>
        {t("run.resume")}
      </Button>
      <Button onClick={onCancel}>{t("run.cancel")}</Button>
    </div>
  );
}
