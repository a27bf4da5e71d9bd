/** Finding a block by what somebody types: titles in both languages, pinyin, aliases, close misses. */

import { pinFor } from "./connect";
import type { BlockSpec, PinType } from "./spec";

export interface PaletteQuery {
  text?: string;
  category?: string;
  /** Block ids used lately, newest first. */
  recent?: readonly string[];
  /** Only blocks that a loose link end of this type and side can be joined to. */
  joins?: { type: PinType; side: "in" | "out" };
}

export interface PaletteHit {
  spec: BlockSpec;
  score: number;
  /** The pin that would take the loose end. */
  pin?: string;
}

/** Categories in the order a flow is usually built. */
export const CATEGORIES = [
  "input",
  "ai",
  "text",
  "data",
  "logic",
  "maths",
  "web",
  "file",
  "media",
  "storage",
  "code",
  "message",
  "time",
  "flow",
  "output",
] as const;

export function searchBlocks(specs: readonly BlockSpec[], query: PaletteQuery): PaletteHit[] {
  const words = (query.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const hits: PaletteHit[] = [];
  for (const spec of specs) {
    if (query.category && spec.category !== query.category) continue;
    const pin = query.joins && pinFor(spec, query.joins.type, query.joins.side);
    if (query.joins && !pin) continue;
    let score = 0;
    for (const word of words) {
      const best = wordScore(spec, word);
      score = best === 0 ? Number.NEGATIVE_INFINITY : score + best;
    }
    if (score === Number.NEGATIVE_INFINITY) continue;
    const recent = query.recent?.indexOf(spec.id) ?? -1;
    if (recent >= 0) score += Math.max(0, 5 - recent) / 10;
    if (pin?.exact) score += words.length === 0 ? 2 : 0.2;
    hits.push({ spec, score, ...(pin && { pin: pin.name }) });
  }
  return hits.sort((a, b) => b.score - a.score || place(a.spec) - place(b.spec));
}

const place = (spec: BlockSpec): number => {
  const index = (CATEGORIES as readonly string[]).indexOf(spec.category);
  return index < 0 ? CATEGORIES.length : index;
};

/** Every text a block is found by, with how much a hit in it is worth; computed once per block. */
const texts = new WeakMap<BlockSpec, { text: string; worth: number }[]>();

function textsOf(spec: BlockSpec): { text: string; worth: number }[] {
  const kept = texts.get(spec);
  if (kept) return kept;
  const all: { text: string; worth: number }[] = [];
  const push = (text: string | undefined, worth: number): void => {
    if (text) all.push({ text: text.toLowerCase(), worth });
  };
  push(spec.title, 10);
  push(spec.title_zh, 10);
  for (const keyword of [...(spec.keywords ?? []), ...(spec.aliases ?? [])]) {
    push(keyword, 7);
    const syllables = keyword.split(/\s+/);
    if (syllables.length > 1) {
      push(syllables.join(""), 7);
      push(syllables.map((syllable) => syllable[0]).join(""), 6);
    }
  }
  push(spec.id, 5);
  push(spec.description, 1);
  push(spec.description_zh, 1);
  texts.set(spec, all);
  return all;
}

function wordScore(spec: BlockSpec, word: string): number {
  let best = 0;
  for (const { text, worth } of textsOf(spec))
    best = Math.max(best, closeness(text, word, worth) * worth);
  return best;
}

/** 1 for the same text, less for a start, a word's start, a part, and letters in order. */
function closeness(text: string, word: string, worth: number): number {
  const at = text.indexOf(word);
  if (at === 0) return text.length === word.length ? 1 : 0.9;
  if (at > 0) return /[\s._-]/.test(text[at - 1] ?? "") ? 0.75 : 0.6;
  if (worth < 5 || word.length < 2) return 0;
  return lettersInOrder(text, word) ? 0.25 : 0;
}

/** Whether all letters of `word` come in `text` in order, close enough to be meant. */
function lettersInOrder(text: string, word: string): boolean {
  let from = text.indexOf(word[0] ?? "");
  if (from < 0) return false;
  const start = from;
  for (const letter of word.slice(1)) {
    from = text.indexOf(letter, from + 1);
    if (from < 0) return false;
  }
  return from - start < word.length * 3;
}

/** The list of recently used blocks after using one more. */
export const remember = (recent: readonly string[], block: string): string[] =>
  [block, ...recent.filter((each) => each !== block)].slice(0, 5);
