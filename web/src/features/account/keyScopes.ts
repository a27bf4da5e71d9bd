// What a new key may do, by what it is for.

export const KEY_KINDS = ["run", "read", "all", "own"] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

const FOR_RUNS = /^(agent\.read|run\.(read|start|steer)|file\.(read|write))$/;

/** Of one's own permissions those that a key of this kind needs. */
export function scopesOf(kind: Exclude<KeyKind, "own">, mine: readonly string[]): Set<string> {
  if (kind === "all") return new Set(mine);
  const fits = kind === "read" ? /\.read$/ : FOR_RUNS;
  return new Set(mine.filter((each) => fits.test(each)));
}
