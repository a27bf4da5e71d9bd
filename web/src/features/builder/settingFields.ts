// Fields for settings of the product itself, whose titles are already in the reader's language.
import type { Json, JsonSchema } from "@/api/types";
import { type FieldSpec, kindOfSchema } from "@/forms/fields";

export function settingField(
  name: string,
  title: string,
  schema: JsonSchema,
  usual: Json = null,
  description = "",
): FieldSpec {
  return {
    name,
    schema,
    kind: kindOfSchema(schema),
    title,
    description,
    required: false,
    default: usual,
    advanced: false,
    secret: false,
  };
}
