// What a region shows instead of its content: still loading, nothing there, or gone wrong with a way out.
import { CircleAlert, Copy, RotateCw } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";

/** Grey bars, only after a moment: what comes at once must not flash. */
export function Loading({ rows = 3 }: { rows?: number }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" aria-label={t("ui.loading")} className="flex flex-col gap-3 p-1">
      {shown &&
        Array.from({ length: rows }, (_, row) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
            key={row}
            className="h-9 animate-pulse rounded-control bg-surface2"
            style={{ width: `${100 - (row % 3) * 14}%` }}
          />
        ))}
    </div>
  );
}

interface EmptyProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-4 py-10 text-center">
      {icon && <span className="text-fg3">{icon}</span>}
      <p className="font-semibold">{title}</p>
      {children && <div className="text-sm text-fg2">{children}</div>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

interface FailureProps {
  title?: string;
  message: string;
  /** Quoted when reporting: the id of the failed request, or the error's code. */
  reference?: string | undefined;
  onRetry?: (() => void) | undefined;
}

export function Failure({ title, message, reference, onRetry }: FailureProps) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="flex gap-3 rounded-card border border-line bg-surface p-4">
      <CircleAlert size={18} className="mt-0.5 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0 grow">
        <p className="font-semibold">{title ?? t("ui.failed")}</p>
        <p className="mt-0.5 text-sm break-words text-fg2">{message}</p>
        <div className="mt-3 flex flex-wrap gap-2 empty:hidden">
          {onRetry && (
            <Button small icon={<RotateCw size={14} aria-hidden />} onClick={onRetry}>
              {t("ui.retry")}
            </Button>
          )}
          {reference && (
            <Button
              small
              look="quiet"
              icon={<Copy size={14} aria-hidden />}
              onClick={() => navigator.clipboard?.writeText(reference)}
            >
              {reference}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}
