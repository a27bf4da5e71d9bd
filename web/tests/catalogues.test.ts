// Both catalogues hold the same keys, no empty text, and the same placeholders.
import { expect, test } from "vitest";
import moreEn from "../src/locales/accounts.en.json";
import moreZh from "../src/locales/accounts.zh-CN.json";
import en from "../src/locales/en.json";
import zh from "../src/locales/zh-CN.json";

function flatten(tree: object, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") flat.set(prefix + key, value);
    else for (const [k, v] of flatten(value, `${prefix}${key}.`)) flat.set(k, v);
  }
  return flat;
}

// English needs one/other where Chinese has only other.
const singular = (key: string) => key.replace(/_one$/, "_other");
const slots = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((hit) => hit[1]).sort();

const english = new Map([...flatten(en), ...flatten(moreEn)]);
const chinese = new Map([...flatten(zh), ...flatten(moreZh)]);

test("no key is in two catalogues", () => {
  expect(english.size).toBe(flatten(en).size + flatten(moreEn).size);
  expect(chinese.size).toBe(flatten(zh).size + flatten(moreZh).size);
});

test("the catalogues have the same keys", () => {
  expect([...new Set([...english.keys()].map(singular))].sort()).toEqual(
    [...chinese.keys()].sort(),
  );
});

test("no text is empty", () => {
  const empty = [...english, ...chinese]
    .filter(([, text]) => text.trim() === "")
    .map(([key]) => key);
  expect(empty).toEqual([]);
});

test("both languages use the same placeholders", () => {
  const different = [...chinese.keys()].filter(
    (key) =>
      JSON.stringify(slots(english.get(key) ?? "")) !==
      JSON.stringify(slots(chinese.get(key) ?? "")),
  );
  expect(different).toEqual([]);
});
