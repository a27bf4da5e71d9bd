// Judges the values of a form before they are sent. The server judges again; here it is about saying it at the field.
import type { Json, JsonSchema } from "@/api/types";
import { type FieldSpec, unwrapNull } from "./fields";

export interface Fault {
  key:
    | "required"
    | "type"
    | "choice"
    | "min"
    | "max"
    | "above"
    | "below"
    | "step"
    | "shorter"
    | "longer"
    | "pattern"
    | "fewer"
    | "more"
    | "json";
  params?: Record<string, string | number>;
}

/** Faults by the path of the value, e.g. "rows.0.price". */
export type Faults = Record<string, Fault>;

export function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "";
}

const same = (a: Json, b: Json) => JSON.stringify(a) === JSON.stringify(b);

function typeName(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function fits(type: string | undefined, value: Json): boolean {
  if (type === undefined) return true;
  if (type === "integer") return typeof value === "number" && Number.isInteger(value);
  return typeName(value) === type;
}

function numberFault(schema: JsonSchema, value: number): Fault | null {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (minimum !== undefined && value < minimum) return { key: "min", params: { limit: minimum } };
  if (maximum !== undefined && value > maximum) return { key: "max", params: { limit: maximum } };
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
    return { key: "above", params: { limit: exclusiveMinimum } };
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
    return { key: "below", params: { limit: exclusiveMaximum } };
  if (multipleOf && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9)
    return { key: "step", params: { limit: multipleOf } };
  return null;
}

function textFault(schema: JsonSchema, value: string): Fault | null {
  const { minLength, maxLength, pattern } = schema;
  const length = [...value].length;
  if (minLength !== undefined && length < minLength)
    return { key: "shorter", params: { limit: minLength } };
  if (maxLength !== undefined && length > maxLength)
    return { key: "longer", params: { limit: maxLength } };
  if (pattern && !matches(pattern, value)) return { key: "pattern", params: { pattern } };
  return null;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    // A pattern of another dialect: the server will judge.
    return true;
  }
}

function ownFault(schema: JsonSchema, value: Json): Fault | null {
  const type = Array.isArray(schema.type) ? undefined : schema.type;
  if (schema.enum && !schema.enum.some((each) => same(each, value))) return { key: "choice" };
  if (!fits(type, value)) return { key: "type", params: { type: type ?? "" } };
  if (typeof value === "number") return numberFault(schema, value);
  if (typeof value === "string") return textFault(schema, value);
  if (Array.isArray(value)) {
    const { minItems, maxItems } = schema;
    if (minItems !== undefined && value.length < minItems)
      return { key: "fewer", params: { limit: minItems } };
    if (maxItems !== undefined && value.length > maxItems)
      return { key: "more", params: { limit: maxItems } };
  }
  return null;
}

function visit(given: JsonSchema, value: Json, path: string, faults: Faults): void {
  const { schema, nullable } = unwrapNull(given);
  if (value === null && nullable) return;
  if (schema.anyOf || schema.oneOf) return;
  const fault = ownFault(schema, value);
  if (fault) {
    faults[path] = fault;
    return;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) value.forEach((item, index) => void visit(items, item, `${path}.${index}`, faults));
  } else if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(schema.properties ?? {})) {
      const item = value[name];
      if (isBlank(item)) {
        if (schema.required?.includes(name) && item !== "")
          faults[`${path}.${name}`] = { key: "required" };
      } else if (item !== undefined) visit(part, item, `${path}.${name}`, faults);
    }
  }
}

/** Everything wrong with the values; an empty object if nothing is. */
export function checkValues(
  fields: FieldSpec[],
  values: Record<string, Json>,
  linked: ReadonlySet<string> = new Set(),
): Faults {
  const faults: Faults = {};
  for (const field of fields) {
    if (linked.has(field.name)) continue;
    const value = values[field.name];
    if (isBlank(value)) {
      const defaulted = !isBlank(field.default);
      const emptyText = value === "" && field.schema.type === "string" && !field.required;
      if (field.required && !defaulted && !emptyText) faults[field.name] = { key: "required" };
    } else if (value !== undefined) {
      visit(field.schema, value, field.name, faults);
    }
  }
  return faults;
}
