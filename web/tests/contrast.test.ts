// Text tokens reach 4.5:1 and marks 3:1 on every surface they are used on, in both themes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SRC } from "./source";

const css = readFileSync(join(SRC, "ui/tokens.css"), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name ?? "", { light: light ?? "", dark: dark ?? "" }] as const,
  ),
);

function luminance(hex: string): number {
  const part = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const SURFACES = ["bg", "surface", "surface2"];
const KINDS = [...tokens.keys()].filter((name) => name.startsWith("kind-"));
const STATUS = ["ok", "warn", "bad", "run", "wait"];

type Pair = [front: string, back: string, least: number];
const PAIRS: Pair[] = [
  ...["fg", "fg2", "fg3", ...STATUS, "accent"].flatMap((front) =>
    SURFACES.map((back): Pair => [front, back, 4.5]),
  ),
  ...STATUS.map((name): Pair => [name, `${name}-soft`, 4.5]),
  ["accent", "accent-soft", 4.5],
  ["fg", "accent-soft", 4.5],
  ["fg2", "accent-soft", 4.5],
  ["on-accent", "accent", 4.5],
  ["note-fg", "note", 4.5],
  ...KINDS.map((name): Pair => [name, "surface", 4.5]),
  ...KINDS.map((name): Pair => [name, "bg", 3]),
  ["line-strong", "surface", 3],
  ["line-strong", "bg", 3],
];

test.each(["light", "dark"] as const)("%s", (theme) => {
  const weak = PAIRS.flatMap(([front, back, least]) => {
    const [a, b] = [tokens.get(front)?.[theme], tokens.get(back)?.[theme]];
    if (!a || !b) return [`${front} or ${back} is not a token`];
    const ratio = contrast(a, b);
    return ratio < least ? [`${front} on ${back}: ${ratio.toFixed(2)} < ${least}`] : [];
  });
  expect(weak).toEqual([]);
});
