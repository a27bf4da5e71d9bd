// A labelled input of a small form, with its hint, and what is wrong with it.
import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Select, TextInput } from "./inputs";

interface About {
  label: string;
  hint?: ReactNode;
  fault?: string | undefined;
}

interface Wiring {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
}

interface LabeledProps extends About {
  children: (wiring: Wiring) => ReactNode;
}

export function Labeled({ label, hint, fault, children }: LabeledProps) {
  const id = useId();
  const told = !!(hint || fault);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-sm text-fg2">
        {label}
      </label>
      {children({
        id,
        ...(told && { "aria-describedby": `${id}-about` }),
        ...(fault && { "aria-invalid": true }),
      })}
      {told && (
        <div id={`${id}-about`} className="text-xs">
          {fault && <p className="text-bad">{fault}</p>}
          {hint && <p className="text-fg3">{hint}</p>}
        </div>
      )}
    </div>
  );
}

type TextFieldProps = About &
  Omit<ComponentProps<"input">, "onChange"> & {
    onText: (text: string) => void;
  };

export function TextField({ label, hint, fault, onText, ...rest }: TextFieldProps) {
  return (
    <Labeled label={label} hint={hint} fault={fault}>
      {(wiring) => (
        <TextInput {...wiring} {...rest} onChange={(event) => onText(event.target.value)} />
      )}
    </Labeled>
  );
}

/** A secret that can be looked at while it is typed; managers may fill it in, and it may be pasted. */
export function PasswordField({ label, hint, fault, onText, ...rest }: TextFieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Labeled label={label} hint={hint} fault={fault}>
      {(wiring) => (
        <span className="relative">
          <TextInput
            {...wiring}
            {...rest}
            type={shown ? "text" : "password"}
            className="pr-9"
            onChange={(event) => onText(event.target.value)}
          />
          <button
            type="button"
            aria-label={t(shown ? "ui.hideText" : "ui.showText")}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
            className="absolute top-1 right-1 grid size-6 place-items-center rounded-control text-fg3 hover:bg-surface2 hover:text-fg"
          >
            <Icon size={15} aria-hidden />
          </button>
        </span>
      )}
    </Labeled>
  );
}

interface ChoiceFieldProps extends About {
  value: string;
  choices: readonly { id: string; title: string }[];
  onChoose: (id: string) => void;
  disabled?: boolean;
}

export function ChoiceField({
  label,
  hint,
  fault,
  value,
  choices,
  onChoose,
  disabled,
}: ChoiceFieldProps) {
  return (
    <Labeled label={label} hint={hint} fault={fault}>
      {(wiring) => (
        <Select
          {...wiring}
          value={value}
          disabled={disabled}
          onChange={(event) => onChoose(event.target.value)}
        >
          {choices.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.title}
            </option>
          ))}
        </Select>
      )}
    </Labeled>
  );
}
