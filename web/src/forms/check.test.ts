import { expect, test } from "vitest";
import type { Json, JsonSchema } from "@/api/types";
import { checkValues } from "./check";
import { controlOf, type FieldSpec, fieldsOfSchema, unwrapNull } from "./fields";

function field(name: string, schema: JsonSchema, more: Partial<FieldSpec> = {}): FieldSpec {
  const [made] = fieldsOfSchema({ properties: { [name]: schema } });
  if (!made) throw new Error("no field");
  return { ...made, ...more };
}

const faultOf = (schema: JsonSchema, value: Json) =>
  checkValues([field("x", schema)], { x: value }).x?.key;

test("a missing value is a fault only where it is required and has no default", () => {
  expect(checkValues([field("a", { type: "string" }, { required: true })], {})).toEqual({
    a: { key: "required" },
  });
  expect(checkValues([field("a", { type: "string" })], {})).toEqual({});
  expect(
    checkValues([field("a", { type: "string" }, { required: true, default: "x" })], {}),
  ).toEqual({});
});

test("each kind of input gets its control", () => {
  const control = (schema: JsonSchema) => controlOf(field("x", schema));
  expect(control({ type: "string", format: "time" })).toBe("time");
  expect(control({ type: "string", format: "date-time" })).toBe("datetime");
  expect(control({ type: "array", items: { type: "string", enum: ["a"] } })).toBe("choices");
  expect(control({ type: "string", "x-widget": "password" })).toBe("password");
  expect(control({ type: "object" })).toBe("map");
  expect(
    checkValues([field("x", { type: "array", items: { enum: ["a"] } })], { x: ["b"] }),
  ).toEqual({
    "x.0": { key: "choice" },
  });
  expect(faultOf({ type: "array", minItems: 1 }, [])).toBe("fewer");
});

test("a linked field is never missing", () => {
  const fields = [field("a", { type: "string" }, { required: true })];
  expect(checkValues(fields, {}, new Set(["a"]))).toEqual({});
});

test("0 and false are values", () => {
  const fields = [
    field("n", { type: "number" }, { required: true }),
    field("b", { type: "boolean" }, { required: true }),
  ];
  expect(checkValues(fields, { n: 0, b: false })).toEqual({});
});

test("ranges, lengths, choices and patterns", () => {
  expect(faultOf({ type: "integer" }, 1.5)).toBe("type");
  expect(faultOf({ type: "number", minimum: 1 }, 0)).toBe("min");
  expect(faultOf({ type: "number", maximum: 1 }, 2)).toBe("max");
  expect(faultOf({ type: "number", exclusiveMinimum: 0 }, 0)).toBe("above");
  expect(faultOf({ type: "number", multipleOf: 0.1 }, 0.3)).toBeUndefined();
  expect(faultOf({ type: "string", maxLength: 2 }, "鲁班锁")).toBe("longer");
  expect(faultOf({ type: "string", minLength: 2 }, "😀")).toBe("shorter");
  expect(faultOf({ type: "string", pattern: "^a" }, "b")).toBe("pattern");
  expect(faultOf({ enum: ["a", "b"] }, "c")).toBe("choice");
  expect(faultOf({ type: "array", minItems: 2 }, [1])).toBe("fewer");
});

test("a fault deep inside names its path", () => {
  const schema: JsonSchema = {
    type: "array",
    items: { type: "object", properties: { price: { type: "number" } }, required: ["price"] },
  };
  const found = checkValues([field("rows", schema)], { rows: [{ price: 1 }, { price: "x" }, {}] });
  expect(Object.keys(found)).toEqual(["rows.1.price", "rows.2.price"]);
});

test("nothing is allowed where the schema allows it", () => {
  expect(faultOf({ anyOf: [{ type: "integer" }, { type: "null" }] }, 2.5)).toBe("type");
  expect(unwrapNull({ type: ["string", "null"] })).toEqual({
    schema: { type: "string" },
    nullable: true,
  });
});

test("each schema finds its input", () => {
  const control = (schema: JsonSchema) => controlOf(field("x", schema));
  expect(control({ type: "string" })).toBe("text");
  expect(control({ type: "string", "x-widget": "textarea" })).toBe("textarea");
  expect(control({ type: "string", format: "date" })).toBe("date");
  expect(control({ type: "string", enum: ["a"] })).toBe("choice");
  expect(control({ type: "integer" })).toBe("number");
  expect(control({ type: "array", items: { type: "string" } })).toBe("list");
  expect(control({ type: "array", items: { type: "object", properties: { a: {} } } })).toBe(
    "table",
  );
  expect(control({ type: "object" })).toBe("map");
  expect(control({ type: "object", properties: { a: {} } })).toBe("group");
  expect(control({})).toBe("json");
  expect(control({ anyOf: [{ type: "string" }, { type: "null" }] })).toBe("text");
});
