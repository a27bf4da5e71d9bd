// A form in a dialog: Enter submits it, what went wrong stands above the buttons, the rest of the page keeps still.
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { useSentence } from "./sentence";

/** What came back refused, as one sentence. */
export function Refusal({ error }: { error: unknown }) {
  const { sentence } = useSentence(error);
  if (!error) return null;
  return (
    <p role="alert" className="rounded-control bg-bad-soft px-3 py-2 text-sm break-words text-bad">
      {sentence}
    </p>
  );
}

interface AskingProps {
  title: string;
  submit: string;
  danger?: boolean;
  disabled?: boolean;
  wide?: boolean;
  /** Closes the dialog when it is done. */
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

export function Asking({
  title,
  submit,
  danger,
  disabled,
  wide,
  onSubmit,
  onClose,
  children,
}: AskingProps) {
  const { t } = useTranslation();
  const form = useId();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      {...(wide ? { wide } : {})}
      footer={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button
            type="submit"
            form={form}
            look={danger ? "danger" : "primary"}
            busy={busy}
            disabled={disabled}
          >
            {submit}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={send} className="flex flex-col gap-3.5">
        {children}
        <Refusal error={error} />
      </form>
    </Dialog>
  );
}
