// A modal on the browser's own <dialog>: focus stays inside, Escape closes, the rest of the page is inert.
import { clsx } from "clsx";
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./Button";

interface DialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
}

export function Dialog({ open, title, onClose, children, footer, wide }: DialogProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();

  useEffect(() => {
    const dialog = box.current;
    if (!dialog || !open) return;
    const before = document.activeElement;
    if (!dialog.open) dialog.showModal();
    // The first field, not the button that closes.
    const first = dialog.querySelector<HTMLElement>(
      "[data-body] :is(input, select, textarea, button)",
    );
    (first ?? dialog.querySelector<HTMLElement>("footer button:last-child"))?.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, [open]);

  if (!open) return null;
  return (
    <dialog
      ref={box}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === box.current) onClose();
      }}
      className={clsx(
        "m-auto max-h-[min(86vh,900px)] w-[calc(100vw-32px)] overflow-hidden rounded-card border border-line bg-surface p-0 text-fg shadow-float",
        "backdrop:bg-black/40",
        wide ? "max-w-3xl" : "max-w-lg",
      )}
    >
      <div className="flex max-h-[min(86vh,900px)] flex-col">
        <header className="flex items-center gap-2 border-b border-line py-2 pr-2 pl-4">
          <h2 id={heading} className="grow truncate text-lg">
            {title}
          </h2>
          <IconButton look="quiet" label={t("ui.close")} onClick={onClose}>
            <X size={16} />
          </IconButton>
        </header>
        <div data-body="" className="min-h-0 grow overflow-y-auto p-4">
          {children}
        </div>
        {footer && (
          <footer className="flex items-center justify-end gap-2 border-t border-line px-4 py-3">
            {footer}
          </footer>
        )}
      </div>
    </dialog>
  );
}
