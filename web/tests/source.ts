// Reads the app's own sources for the tests that judge them.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

export const SRC = join(import.meta.dirname, "../src");

export interface Source {
  /** Path below src with forward slashes, e.g. "ui/Button.tsx". */
  path: string;
  text: string;
}

export function sources(ends: RegExp): Source[] {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ends.test(entry.name))
    .map((entry) => {
      const full = join(entry.parentPath, entry.name);
      return { path: relative(SRC, full).split(sep).join("/"), text: readFileSync(full, "utf8") };
    });
}
