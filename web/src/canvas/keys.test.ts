import { expect, it } from "vitest";
import { actionOf, keyName } from "./keys";

const press = (key: string, more: object = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

it.each([
  [press("z", { ctrlKey: true }), "undo"],
  [press("z", { metaKey: true }), "undo"],
  [press("Z", { ctrlKey: true, shiftKey: true }), "redo"],
  [press("n"), "quickAdd"],
  [press("/"), "quickAdd"],
  [press("+", { shiftKey: true }), "zoomIn"],
  [press("ArrowLeft", { altKey: true, shiftKey: true }), "nudgeFineLeft"],
  [press("Enter", { ctrlKey: true }), "run"],
  [press("q"), undefined],
])("%o does %s", (event, action) => expect(actionOf(event, true)).toBe(action));

it("leaves single letters alone when they are switched off, and keeps the rest", () => {
  expect(actionOf(press("n"), false)).toBeUndefined();
  expect(actionOf(press("1"), false)).toBeUndefined();
  expect(actionOf(press("Delete"), false)).toBe("delete");
  expect(actionOf(press("z", { ctrlKey: true }), false)).toBe("undo");
});

it("knows a letter by its place when Alt makes another sign of it", () => {
  expect(keyName(press("†", { altKey: true, shiftKey: true, code: "KeyT" }))).toBe("Shift+Alt+T");
});
