// Says which picture fits a value.
import type { FileReference, Json } from "@/api/types";

export type Shape = "empty" | "text" | "scalar" | "file" | "image" | "table" | "tree";

export function isFile(value: Json | undefined): value is Json & FileReference {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    typeof value.$file === "string"
  );
}

const isRow = (value: Json): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !("$file" in value);
const isLeaf = (value: Json) => typeof value !== "object" || value === null;
const MOST_COLUMNS = 40;

/** The column names of a list of flat rows, or null when it is not one. */
export function columnsOf(value: Json): string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const columns = new Set<string>();
  for (const row of value) {
    if (!isRow(row)) return null;
    for (const [key, cell] of Object.entries(row)) {
      if (!isLeaf(cell)) return null;
      columns.add(key);
    }
  }
  return columns.size > 0 && columns.size <= MOST_COLUMNS ? [...columns] : null;
}

export function shapeOf(value: Json | undefined): Shape {
  if (value === undefined || value === null || value === "") return "empty";
  if (typeof value === "string") return "text";
  if (typeof value !== "object") return "scalar";
  if (isFile(value)) return value.type.startsWith("image/") ? "image" : "file";
  return columnsOf(value) ? "table" : "tree";
}

/** One line that stands for the value where there is no room. */
export function brief(value: Json | undefined, most = 160): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value.slice(0, most);
  if (isFile(value)) return value.name;
  if (Array.isArray(value)) {
    const parts: string[] = [];
    let length = 0;
    for (const item of value) {
      const said = brief(item, most);
      length += said.length + 3;
      parts.push(said);
      if (length > most) break;
    }
    return `[${value.length}] ${parts.join(" · ")}`.slice(0, most);
  }
  return JSON.stringify(value).slice(0, most);
}

/** The text put on the clipboard. */
export function asText(value: Json | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
