// A list of fields, the rarely used ones folded away.
import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import type { Faults } from "./check";
import { Field, type LinkedSource } from "./Field";
import type { FieldSpec } from "./fields";

interface FormProps {
  /** Unique on the page. */
  scope: string;
  fields: FieldSpec[];
  values: Record<string, Json>;
  onChange: (name: string, value: Json | undefined) => void;
  faults?: Faults;
  /** Sentences from elsewhere, by field. */
  notes?: Record<string, string[]>;
  /** Fields whose value comes from somewhere else. */
  linked?: Record<string, LinkedSource[]>;
  /** Fields of which a part does. */
  partly?: Record<string, LinkedSource[]>;
  /** Short fields may stand side by side. */
  columns?: 1 | 2;
  disabled?: boolean;
}

export function Form({
  scope,
  fields,
  values,
  onChange,
  faults,
  notes,
  linked,
  partly,
  columns = 1,
  disabled,
}: FormProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const inUse = (field: FieldSpec) =>
    values[field.name] !== undefined ||
    !!linked?.[field.name]?.length ||
    !!partly?.[field.name]?.length ||
    !!faults?.[field.name];
  const shown = fields.filter((field) => !field.advanced || inUse(field));
  const folded = fields.filter((field) => !shown.includes(field));
  const draw = (field: FieldSpec) => (
    <Field
      key={field.name}
      scope={scope}
      field={field}
      value={values[field.name]}
      onChange={(value) => onChange(field.name, value)}
      {...(faults ? { faults } : {})}
      {...(notes?.[field.name] ? { notes: notes[field.name] } : {})}
      linked={linked?.[field.name]}
      partly={partly?.[field.name]}
      {...(disabled ? { disabled } : {})}
    />
  );
  return (
    <div className={columns === 2 ? "grid grid-cols-2 items-start gap-3" : "flex flex-col gap-3.5"}>
      {shown.map(draw)}
      {folded.length > 0 && (
        <div>
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="flex min-h-7 items-center gap-1 text-sm text-fg2 hover:text-fg"
          >
            <ChevronRight
              size={14}
              aria-hidden
              className={clsx("transition-transform", open && "rotate-90")}
            />
            {t("form.advanced", { count: folded.length })}
          </button>
          {open && <div className="mt-2 flex flex-col gap-3.5">{folded.map(draw)}</div>}
        </div>
      )}
    </div>
  );
}
