// Facts the server tells about itself, by name: how they are called and written.
import type { TFunction } from "i18next";
import type { Json } from "@/api/types";
import { humanised } from "@/ui/choices";
import type { Formats } from "@/ui/format";

const written = (name: string, value: Json, { bytes, seconds, number }: Formats): string => {
  if (value === null) return "–";
  if (typeof value === "number") {
    if (/(^|_)(bytes|size)$/.test(name)) return bytes(value);
    if (/(^|_)(seconds|age)$/.test(name)) return seconds(value);
    return number(value);
  }
  return typeof value === "string" ? value : JSON.stringify(value);
};

export const factOf = {
  /** In the reader's language if the catalogue knows it, else its own name as words. */
  name: (name: string, t: TFunction) =>
    (t as unknown as (key: string, options: { defaultValue: string }) => string)(
      `health.fact.${name}`,
      { defaultValue: humanised(name) },
    ),
  value: written,
};
