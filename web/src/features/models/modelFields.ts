// What stands in the form of a model, and what is sent of it.
import type { ModelDraft } from "@/api/models";
import type { ModelView } from "@/api/types";

export const WIRES = [
  "openai-chat",
  "openai-responses",
  "openai-completions",
  "openai-embeddings",
  "openai-images",
  "anthropic",
  "google",
] as const;

type WireName = (typeof WIRES)[number];

/** Texts as they are typed; numbers stay texts until they are sent. */
export interface ModelFields {
  id: string;
  base_url: string;
  name: string;
  title: string;
  wire: WireName;
  credential: string;
  context: string;
  input_usd: string;
  output_usd: string;
  default: boolean;
  everybody: boolean;
}

const asText = (value: unknown) =>
  value === undefined || value === null || value === "" ? "" : String(value);

export function startOf(model?: ModelView): ModelFields {
  const written = (model?.definition ?? {}) as Record<string, unknown>;
  return {
    id: model?.id ?? "",
    base_url: asText(written.base_url),
    name: asText(written.name),
    title: asText(written.title),
    wire: WIRES.find((each) => each === written.wire) ?? "openai-chat",
    credential: asText(written.credential),
    context: asText(written.context),
    input_usd: asText(written.input_usd),
    output_usd: asText(written.output_usd),
    default: written.default === true,
    everybody: written.everybody === true,
  };
}

/** What is kept of an empty field is nothing; what the form does not show stays as it was. */
export function definitionOf(fields: ModelFields, model?: ModelView): ModelDraft {
  const number = (text: string) => (text.trim() === "" ? undefined : Number(text.trim()));
  const { id, wire, default: usual, everybody } = fields;
  const embeds = wire === "openai-embeddings" && { capabilities: ["embeddings" as const] };
  const pictures = wire === "openai-images" && { capabilities: ["image_making" as const] };
  if (model?.lacks) {
    // All but the key is known of it.
    const key = fields.credential ? { credential: fields.credential } : {};
    return { id, ...key, default: usual, everybody };
  }
  const known = (model?.definition ?? {}) as Partial<ModelDraft>;
  const draft = {
    ...known,
    id: id.trim(),
    base_url: fields.base_url.trim(),
    name: fields.name.trim() || undefined,
    title: fields.title.trim() || undefined,
    credential: fields.credential || undefined,
    context: number(fields.context),
    input_usd: number(fields.input_usd),
    output_usd: number(fields.output_usd),
    ...(embeds || pictures),
    wire,
    default: usual,
    everybody,
  };
  // What is not there is not sent.
  return Object.fromEntries(
    Object.entries(draft).filter(([, value]) => value !== undefined),
  ) as ModelDraft;
}
