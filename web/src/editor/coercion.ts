/** Which kinds of pin may be linked; the same table the engine converts values by. */

import { PIN_KINDS, type PinKind, type PinType } from "./spec";

const all = new Set<PinKind>(PIN_KINDS);
const allBut = (...kinds: PinKind[]): ReadonlySet<PinKind> =>
  new Set(PIN_KINDS.filter((kind) => !kinds.includes(kind)));
const only = (...kinds: PinKind[]): ReadonlySet<PinKind> => new Set(kinds);

/** For each kind of input, the other kinds it takes. */
export const BECOMES: Record<PinKind, ReadonlySet<PinKind>> = {
  text: allBut("file", "image", "tool"),
  number: only("text", "boolean"),
  boolean: only("text", "number"),
  object: only("text", "message", "tool", "file", "image"),
  list: all,
  file: only("text", "image", "object"),
  image: only("text", "file", "object"),
  message: only("text", "object"),
  tool: only("object"),
  date: only("text"),
  any: all,
};

/** Whether a link from `source` to `target` can ever carry a value. */
export function canBecome(source: PinType, target: PinType): boolean {
  if (source.kind === "any" || target.kind === "any") return true;
  if (source.kind === target.kind) {
    if (!source.item || !target.item) return true;
    return canBecome({ kind: source.item }, { kind: target.item });
  }
  if (target.kind === "list") {
    return source.kind === "text" || !target.item || canBecome(source, { kind: target.item });
  }
  return BECOMES[target.kind].has(source.kind);
}
