// Asks for the values of some fields and hands them over; stays open, with the reason, if that fails.
import { Play } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { checkValues, type Faults } from "./check";
import { Form } from "./Form";
import { type FieldSpec, startValues } from "./fields";

interface InputsDialogProps {
  title: string;
  description?: string;
  fields: FieldSpec[];
  /** Values to start with, instead of the defaults. */
  initial?: Record<string, Json> | undefined;
  submitLabel: string;
  /** What is said above the buttons. */
  note?: ReactNode;
  onSubmit: (values: Record<string, Json>) => Promise<void>;
  onClose: () => void;
}

export function InputsDialog(props: InputsDialogProps) {
  const { title, description, fields, initial, submitLabel, note, onSubmit, onClose } = props;
  const { t } = useTranslation();
  const scope = useId();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Record<string, Json>>(() => ({
    ...startValues(fields),
    ...initial,
  }));
  const [faults, setFaults] = useState<Faults>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const count = Object.keys(faults).length;
  const known = useMemo(() => new Set(fields.map((field) => field.name)), [fields]);

  const change = (name: string, value: Json | undefined) => {
    const next = { ...values };
    if (value === undefined) delete next[name];
    else next[name] = value;
    setValues(next);
    if (count) setFaults(checkValues(fields, next));
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = checkValues(fields, values);
    setFaults(found);
    setProblem(null);
    const [first] = Object.keys(found);
    if (first) {
      const path = CSS.escape(first.split(".")[0] ?? first);
      form.current
        ?.querySelector<HTMLElement>(`[data-field="${path}"] :is(input,textarea,select,button)`)
        ?.focus();
      return;
    }
    setBusy(true);
    try {
      await onSubmit(
        Object.fromEntries(Object.entries(values).filter(([name]) => known.has(name))),
      );
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button
            look="primary"
            type="submit"
            form={`${scope}-form`}
            busy={busy}
            icon={<Play size={14} aria-hidden />}
          >
            {submitLabel}
          </Button>
        </>
      }
    >
      <form
        ref={form}
        id={`${scope}-form`}
        noValidate
        onSubmit={submit}
        className="flex flex-col gap-4"
      >
        {description && <p className="text-sm text-fg2">{description}</p>}
        {(count > 0 || problem) && (
          <p role="alert" className="rounded-control bg-bad-soft px-3 py-2 text-sm text-bad">
            {problem ?? t("form.faults", { count })}
          </p>
        )}
        {fields.length === 0 && <p className="text-sm text-fg2">{t("form.noInputs")}</p>}
        <Form
          scope={scope}
          fields={fields}
          values={values}
          onChange={change}
          faults={faults}
          disabled={busy}
        />
        {note}
      </form>
    </Dialog>
  );
}
