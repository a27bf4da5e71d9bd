import { useEffect, useState } from "react";
import type { Json } from "@/api/types";
import { TextInput } from "@/ui/inputs";
import type { ControlProps } from "./control";
import { unwrapNull } from "./fields";
import { wiring } from "./wiring";

const shown = (value: Json | undefined) =>
  value === undefined || value === null ? "" : String(value);

/** Keeps what is typed ("-", "1.") until it is a number; words go through and are judged at the field. */
export function NumberControl(props: ControlProps) {
  const { value, onChange, field } = props;
  const { schema } = unwrapNull(field.schema);
  const [typed, setTyped] = useState(shown(value));
  useEffect(() => {
    setTyped((now) => (now.trim() !== "" && Number(now) === value ? now : shown(value)));
  }, [value]);
  const change = (text: string) => {
    setTyped(text);
    const trimmed = text.trim();
    if (trimmed === "") onChange(undefined);
    else if (Number.isFinite(Number(trimmed))) onChange(Number(trimmed));
    else if (!/^[-+]?\.?$/.test(trimmed)) onChange(trimmed);
  };
  return (
    <TextInput
      {...wiring(props)}
      inputMode={schema.type === "integer" ? "numeric" : "decimal"}
      value={typed}
      placeholder={shown(field.default) || undefined}
      onChange={(event) => change(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        const step = (schema.multipleOf ?? 1) * (event.shiftKey ? 10 : 1);
        const from = typeof value === "number" ? value : Number(field.default ?? 0) || 0;
        const next = from + (event.key === "ArrowUp" ? step : -step);
        const least = schema.minimum ?? Number.NEGATIVE_INFINITY;
        const most = schema.maximum ?? Number.POSITIVE_INFINITY;
        onChange(Number(Math.min(most, Math.max(least, next)).toPrecision(12)));
      }}
      className="tabular-nums"
    />
  );
}

export function SliderControl(props: ControlProps) {
  const { value, onChange, field } = props;
  const { schema } = unwrapNull(field.schema);
  const least = schema.minimum ?? 0;
  const most = schema.maximum ?? 1;
  const step = schema.multipleOf ?? (schema.type === "integer" ? 1 : (most - least) / 100);
  const held = Number(value ?? field.default ?? least);
  return (
    <span className="flex items-center gap-3">
      <input
        {...wiring(props)}
        type="range"
        min={least}
        max={most}
        step={step}
        value={held}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-6 min-w-0 grow accent-(--accent)"
      />
      <output htmlFor={props.id} className="w-12 text-right text-sm tabular-nums">
        {held}
      </output>
    </span>
  );
}
