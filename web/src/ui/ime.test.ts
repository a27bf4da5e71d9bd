import { beforeEach, expect, test } from "vitest";
import { isImeKey, noteCompositionEnd, watchComposition } from "./ime";

beforeEach(() => noteCompositionEnd(Number.NEGATIVE_INFINITY));

test("a composing key belongs to the input method", () => {
  expect(isImeKey({ key: "Enter", isComposing: true })).toBe(true);
  expect(isImeKey({ key: "Enter", nativeEvent: { isComposing: true } })).toBe(true);
});

test("key code 229 belongs to the input method", () => {
  expect(isImeKey({ key: "Process", keyCode: 229 })).toBe(true);
  expect(isImeKey({ key: "Enter", nativeEvent: { keyCode: 229 } })).toBe(true);
});

test("a plain Enter is ours", () => {
  expect(isImeKey({ key: "Enter", keyCode: 13, timeStamp: 500 })).toBe(false);
});

test("Enter right after the end of a composition is not ours, later it is", () => {
  const stop = watchComposition(document);
  const end = new Event("compositionend", { bubbles: true });
  document.dispatchEvent(end);
  expect(isImeKey({ key: "Enter", timeStamp: end.timeStamp + 10 })).toBe(true);
  expect(isImeKey({ key: "a", timeStamp: end.timeStamp + 10 })).toBe(false);
  expect(isImeKey({ key: "Enter", timeStamp: end.timeStamp + 400 })).toBe(false);
  stop();
});
