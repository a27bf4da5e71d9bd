// A value of any type: said as text, number, yes or no, or JSON.
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import { Select, Switch, TextArea, TextInput } from "@/ui/inputs";
import type { ControlProps } from "./control";
import { FaultText } from "./Field";
import { unwrapNull } from "./fields";
import { wiring } from "./wiring";

type Mode = "text" | "number" | "boolean" | "json";

function modeOf(value: Json | undefined): Mode {
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  return typeof value === "object" && value !== null ? "json" : "text";
}

function printed(value: Json | undefined): string {
  return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
}

function parse(text: string): { value: Json } | null {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return null;
  }
}

function JsonControl(props: ControlProps) {
  const { value, onChange, field } = props;
  const [typed, setTyped] = useState(() => printed(value ?? field.default));
  useEffect(() => {
    setTyped((now) => {
      const said = parse(now);
      const same = said && JSON.stringify(said.value) === JSON.stringify(value ?? null);
      return same || (value === undefined && !said) ? now : printed(value);
    });
  }, [value]);
  const broken = typed.trim() !== "" && !parse(typed);
  return (
    <>
      <TextArea
        {...wiring(props)}
        rows={3}
        value={typed}
        aria-invalid={props.invalid || broken || undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          if (event.target.value.trim() === "") return onChange(undefined);
          const said = parse(event.target.value);
          if (said) onChange(said.value);
        }}
        className="font-mono text-xs"
      />
      {broken && <FaultText fault={{ key: "json" }} />}
    </>
  );
}

function convert(value: Json | undefined, mode: Mode): Json | undefined {
  if (mode === "boolean") return value === true || value === "true";
  if (mode === "number") return Number(value) || 0;
  if (mode === "text") return typeof value === "string" ? value : printed(value);
  return typeof value === "string" ? (parse(value)?.value ?? value) : value;
}

export function AnyControl(props: ControlProps) {
  const { t } = useTranslation();
  const { value, onChange, field, disabled } = props;
  const { schema } = unwrapNull(field.schema);
  const held = value ?? field.default ?? undefined;
  const [mode, setMode] = useState<Mode>(() => modeOf(held));
  const shown = held === undefined || modeOf(held) === "text" ? mode : modeOf(held);
  if (schema.type === "object" || schema.type === "array") return <JsonControl {...props} />;
  const text = typeof held === "string" || typeof held === "number" ? String(held) : "";
  return (
    <div className="flex items-start gap-1.5">
      <Select
        aria-label={t("form.typeOf", { title: field.title })}
        value={shown}
        disabled={disabled}
        onChange={(event) => {
          const next = event.target.value as Mode;
          setMode(next);
          if (held !== undefined) onChange(convert(held, next));
        }}
        className="w-24! shrink-0"
      >
        <option value="text">{t("kind.text")}</option>
        <option value="number">{t("kind.number")}</option>
        <option value="boolean">{t("kind.boolean")}</option>
        <option value="json">JSON</option>
      </Select>
      <div className="min-w-0 grow">
        {shown === "text" && (
          <TextArea
            {...wiring(props)}
            rows={1}
            value={text}
            onChange={(event) => onChange(event.target.value || undefined)}
            className="min-h-8!"
          />
        )}
        {shown === "number" && (
          <TextInput
            {...wiring(props)}
            inputMode="decimal"
            value={text}
            onChange={(event) => {
              const said = event.target.value.trim();
              onChange(
                said === "" ? undefined : Number.isFinite(Number(said)) ? Number(said) : said,
              );
            }}
          />
        )}
        {shown === "boolean" && (
          <Switch
            {...wiring(props)}
            checked={held === true}
            onChange={(event) => onChange(event.target.checked)}
            className="mt-1"
          />
        )}
        {shown === "json" && <JsonControl {...props} />}
      </div>
    </div>
  );
}
