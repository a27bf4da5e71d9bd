// Lists, maps with free keys, and nested groups of fields.
import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import { Button, IconButton } from "@/ui/Button";
import { TextInput } from "@/ui/inputs";
import { Control } from "./Control";
import type { ControlProps } from "./control";
import { FaultText, Field } from "./Field";
import { type FieldSpec, fieldsOfSchema, kindOfSchema, mapOf, unwrapNull } from "./fields";

/** The field of one item of a list or a map. */
function itemField(schema: FieldSpec["schema"] | undefined, name: string): FieldSpec {
  const given = schema && Object.keys(schema).length > 0 ? schema : { type: "string" };
  return {
    name,
    schema: given,
    kind: kindOfSchema(given),
    title: name,
    description: "",
    required: false,
    default: null,
    advanced: false,
    secret: false,
  };
}

const isMap = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function blankOf(field: FieldSpec): Json {
  const { schema } = unwrapNull(field.schema);
  if (schema.default !== undefined) return schema.default;
  return { text: "", number: 0, boolean: false, list: [], object: {} }[field.kind as "text"] ?? "";
}

export function ListControl(props: ControlProps) {
  const { t } = useTranslation();
  const { id, field, path, value, onChange, faults, disabled } = props;
  const { schema } = unwrapNull(field.schema);
  const items = Array.isArray(value) ? value : Array.isArray(field.default) ? field.default : [];
  const put = (next: Json[]) => onChange(next.length ? next : undefined);
  const set = (at: number, item: Json | undefined) =>
    put(items.map((each, index) => (index === at ? (item ?? "") : each)));
  const move = (at: number, by: number) => {
    const next = [...items];
    const [item] = next.splice(at, 1);
    if (item !== undefined) next.splice(at + by, 0, item);
    put(next);
  };
  // Lines pasted into one item become items of their own.
  const paste = (at: number, text: string): boolean => {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
    if (lines.length < 2 || kindOfSchema(schema.items ?? {}) === "number") return false;
    put([...items.slice(0, at), ...lines, ...items.slice(at + 1)]);
    return true;
  };
  return (
    <div className="flex flex-col gap-1.5">
      {items.map((item, index) => {
        const each = itemField(schema.items, t("form.item", { number: index + 1 }));
        const own = `${path}.${index}`;
        const fault = faults[own];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: items are known by their place alone
          <div key={index}>
            <div
              className="flex items-start gap-1"
              onPaste={(event) => {
                if (paste(index, event.clipboardData.getData("text/plain"))) event.preventDefault();
              }}
            >
              <label className="sr-only" htmlFor={`${id}-${index}`}>
                {each.title}
              </label>
              <div className="min-w-0 grow">
                <Control
                  {...props}
                  id={`${id}-${index}`}
                  field={each}
                  path={own}
                  value={item}
                  onChange={(next) => set(index, next)}
                  invalid={!!fault}
                  describedBy={undefined}
                />
              </div>
              <IconButton
                small
                look="quiet"
                label={t("form.moveUp")}
                disabled={index === 0 || disabled}
                onClick={() => move(index, -1)}
              >
                <ArrowUp size={14} />
              </IconButton>
              <IconButton
                small
                look="quiet"
                label={t("form.moveDown")}
                disabled={index === items.length - 1 || disabled}
                onClick={() => move(index, 1)}
              >
                <ArrowDown size={14} />
              </IconButton>
              <IconButton
                small
                look="quiet"
                label={t("form.remove")}
                disabled={disabled}
                onClick={() => put(items.filter((_, at) => at !== index))}
              >
                <X size={14} />
              </IconButton>
            </div>
            {fault && <FaultText fault={fault} />}
          </div>
        );
      })}
      <span>
        <Button
          small
          look="quiet"
          disabled={disabled}
          icon={<Plus size={14} aria-hidden />}
          onClick={() => put([...items, blankOf(itemField(schema.items, ""))])}
        >
          {t("form.add")}
        </Button>
      </span>
    </div>
  );
}

export function MapControl(props: ControlProps) {
  const { t } = useTranslation();
  const { id, field, path, value, onChange, faults, disabled } = props;
  const { schema } = unwrapNull(field.schema);
  const held = isMap(value) ? value : isMap(field.default) ? field.default : {};
  // A key being typed may be empty or double for a while; the order of rows must not jump.
  const [rows, setRows] = useState(() => Object.entries(held));
  const stored = JSON.stringify(Object.fromEntries(rows.filter(([key]) => key !== "")));
  const now = stored === JSON.stringify(held) ? rows : Object.entries(held);
  const put = (next: [string, Json][]) => {
    setRows(next);
    const named = next.filter(([key]) => key !== "");
    onChange(named.length ? Object.fromEntries(named) : undefined);
  };
  return (
    <div className="flex flex-col gap-1.5">
      {now.map(([key, item], index) => {
        const each = itemField(mapOf(schema), key || t("form.value"));
        const fault = faults[`${path}.${key}`];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the key is what is being edited
          <div key={index}>
            <div className="flex items-start gap-1">
              <TextInput
                aria-label={t("form.key")}
                placeholder={t("form.key")}
                value={key}
                disabled={disabled}
                onChange={(event) =>
                  put(now.map((row, at) => (at === index ? [event.target.value, row[1]] : row)))
                }
                className="max-w-[40%]"
              />
              <label className="sr-only" htmlFor={`${id}-${index}`}>
                {each.title}
              </label>
              <div className="min-w-0 grow">
                <Control
                  {...props}
                  id={`${id}-${index}`}
                  field={each}
                  path={`${path}.${key}`}
                  value={item}
                  onChange={(next) =>
                    put(now.map((row, at) => (at === index ? [row[0], next ?? ""] : row)))
                  }
                  invalid={!!fault}
                  describedBy={undefined}
                />
              </div>
              <IconButton
                small
                look="quiet"
                label={t("form.remove")}
                disabled={disabled}
                onClick={() => put(now.filter((_, at) => at !== index))}
              >
                <X size={14} />
              </IconButton>
            </div>
            {fault && <FaultText fault={fault} />}
          </div>
        );
      })}
      <span>
        <Button
          small
          look="quiet"
          disabled={disabled}
          icon={<Plus size={14} aria-hidden />}
          onClick={() => put([...now, ["", blankOf(itemField(mapOf(schema), ""))]])}
        >
          {t("form.add")}
        </Button>
      </span>
    </div>
  );
}

export function GroupControl({ id, field, path, value, onChange, faults, disabled }: ControlProps) {
  const { schema } = unwrapNull(field.schema);
  const held = isMap(value) ? value : isMap(field.default) ? field.default : {};
  return (
    <div className="flex flex-col gap-3 border-l-2 border-line pl-3">
      {fieldsOfSchema(schema).map((part) => (
        <Field
          key={part.name}
          scope={id}
          field={part}
          path={`${path}.${part.name}`}
          value={held[part.name]}
          onChange={(next) => {
            const { [part.name]: _old, ...rest } = held;
            const all = next === undefined ? rest : { ...held, [part.name]: next };
            onChange(Object.keys(all).length ? all : undefined);
          }}
          faults={faults}
          {...(disabled ? { disabled } : {})}
        />
      ))}
    </div>
  );
}
