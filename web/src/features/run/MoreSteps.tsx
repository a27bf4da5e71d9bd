// How many of a run's steps are listed, and the way to the next ones.
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";

interface MoreStepsProps {
  shown: number;
  total: number;
  busy: boolean;
  onMore: () => void;
}

export function MoreSteps({ shown, total, busy, onMore }: MoreStepsProps) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <p className="mt-2 flex flex-wrap items-center gap-3 text-sm text-fg2">
      {t("run.moreSteps", { shown: number(shown), count: total, total: number(total) })}
      <Button small busy={busy} onClick={onMore}>
        {t("run.loadMore")}
      </Button>
    </p>
  );
}
