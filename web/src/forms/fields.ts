// One field of a form, and how the pins of a block and the inputs of an agent become fields.
import type { AgentInput, InputPinSpec, Json, JsonSchema, PinKind, Widget } from "@/api/types";
import { humanised } from "@/ui/choices";

export interface FieldSpec {
  name: string;
  schema: JsonSchema;
  kind: PinKind;
  title: string;
  title_zh?: string | null;
  description: string;
  description_zh?: string | null;
  required: boolean;
  default: Json;
  advanced: boolean;
  secret: boolean;
}

export function fieldOfPin(pin: InputPinSpec): FieldSpec {
  return {
    name: pin.name,
    schema: withChoiceTitles(pin.schema ?? {}),
    kind: pin.kind,
    title: pin.title || pin.name,
    title_zh: pin.title_zh,
    description: pin.description,
    description_zh: pin.description_zh,
    required: pin.required,
    default: pin.default,
    advanced: pin.advanced,
    secret: pin.secret,
  };
}

/** A block's choices are words of its code; an agent's own are its author's and stay as written. */
function withChoiceTitles(schema: JsonSchema): JsonSchema {
  const choices = unwrapNull(schema).schema.enum;
  if (!choices) return schema;
  const made = choices.map((each) => [String(each), humanised(String(each))] as const);
  return {
    ...schema,
    "x-enum-titles": { ...Object.fromEntries(made), ...schema["x-enum-titles"] },
  };
}

export function fieldOfInput(input: AgentInput): FieldSpec {
  return {
    name: input.name,
    schema: input.schema ?? {},
    kind: input.kind,
    title: input.title || input.name,
    title_zh: input.title_zh ?? input.schema?.title_zh ?? null,
    description: input.description ?? "",
    description_zh: input.description_zh ?? null,
    required: input.required,
    default: input.default,
    advanced: false,
    secret: false,
  };
}

/** The fields of an object schema, each with what its parent says about it. */
export function fieldsOfSchema(schema: JsonSchema): FieldSpec[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, part]) => ({
    name,
    schema: part,
    kind: kindOfSchema(part),
    title: part.title ?? name,
    title_zh: part.title_zh ?? null,
    description: part.description ?? "",
    description_zh: part.description_zh ?? null,
    required: required.has(name),
    default: part.default ?? null,
    advanced: false,
    secret: false,
  }));
}

/** The one schema behind `anyOf: [X, null]` and `type: [x, "null"]`, and whether nothing is allowed too. */
export function unwrapNull(schema: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const rest = choices.filter((each) => each.type !== "null");
    if (rest.length === 1 && rest.length < choices.length) {
      const { anyOf: _anyOf, oneOf: _oneOf, ...outer } = schema;
      return { schema: { ...rest[0], ...outer }, nullable: true };
    }
  }
  if (Array.isArray(schema.type)) {
    const rest = schema.type.filter((each) => each !== "null");
    const nullable = rest.length < schema.type.length;
    const [only] = rest;
    if (rest.length === 1 && only) return { schema: { ...schema, type: only }, nullable };
  }
  return { schema, nullable: schema.nullable === true };
}

export function kindOfSchema(given: JsonSchema): PinKind {
  const { schema } = unwrapNull(given);
  if (schema["x-widget"] === "file") return "file";
  switch (schema.type) {
    case "string":
      return schema.format === "date" || schema.format === "date-time" ? "date" : "text";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return "list";
    case "object":
      return "object";
    default:
      return "any";
  }
}

/** Which input a person gets. */
export type Control =
  | Exclude<Widget, "file">
  | "text"
  | "number"
  | "boolean"
  | "choice"
  | "choices"
  | "time"
  | "file"
  | "list"
  | "map"
  | "group";

export function controlOf(field: FieldSpec): Control {
  const { schema } = unwrapNull(field.schema);
  const widget = schema["x-widget"];
  if (schema.enum) return "choice";
  if (field.secret) return "password";
  if (widget) return widget;
  if (field.kind === "file" || field.kind === "image") return "file";
  if (schema.type === "string" && schema.format === "date") return "date";
  if (schema.type === "string" && schema.format === "date-time") return "datetime";
  if (schema.type === "string" && schema.format === "time") return "time";
  if (schema.type === "array" && schema.items?.enum) return "choices";
  const kind = schema.type === undefined ? field.kind : kindOfSchema(schema);
  switch (kind) {
    case "text":
      return "text";
    case "date":
      return "date";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "list":
      return isTable(schema) ? "table" : isSimple(schema.items) ? "list" : "json";
    case "object":
      return schema.properties ? "group" : isSimple(mapOf(schema)) ? "map" : "json";
    default:
      return "json";
  }
}

/** The schema of the values of a map with free keys. */
export function mapOf(schema: JsonSchema): JsonSchema | undefined {
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
}

function isSimple(items: JsonSchema | undefined): boolean {
  return !items || kindOfSchema(items) !== "object";
}

function isTable({ items }: JsonSchema): boolean {
  return items?.type === "object" && !!items.properties;
}

/** What a form starts with: the defaults of its fields. */
export function startValues(fields: FieldSpec[]): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const field of fields) {
    if (field.default !== null && field.default !== undefined) values[field.name] = field.default;
  }
  return values;
}
