import { CircleCheck, CircleX, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./Button";
import { dismissToast, holdToast, resumeToast, type Toast, useToasts } from "./toasts";

function ToastCard({ toast }: { toast: Toast }) {
  const { t } = useTranslation();
  const { action } = toast;
  return (
    <li
      onPointerEnter={() => holdToast(toast.id)}
      onPointerLeave={() => resumeToast(toast.id)}
      onFocus={() => holdToast(toast.id)}
      onBlur={() => resumeToast(toast.id)}
      className="pointer-events-auto flex items-center gap-2 rounded-card border border-line bg-surface py-2 pr-2 pl-3 shadow-float"
    >
      {toast.tone === "ok" && <CircleCheck size={16} className="shrink-0 text-ok" aria-hidden />}
      {toast.tone === "bad" && <CircleX size={16} className="shrink-0 text-bad" aria-hidden />}
      <span className="min-w-0 grow break-words">{toast.text}</span>
      {action && (
        <button
          type="button"
          className="h-7 shrink-0 rounded-control px-2 font-semibold text-accent hover:bg-accent-soft"
          onClick={() => {
            dismissToast(toast.id);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton small look="quiet" label={t("ui.close")} onClick={() => dismissToast(toast.id)}>
        <X size={14} />
      </IconButton>
    </li>
  );
}

export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-50 w-[min(380px,calc(100vw-32px))]"
    >
      <ol className="m-0 flex list-none flex-col gap-2 p-0">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </ol>
    </div>
  );
}
