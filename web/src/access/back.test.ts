import { expect, test } from "vitest";
import { localPath } from "./back";

test("pages of this app are gone back to, with what they show", () => {
  expect(localPath("/runs/7?tab=logs#x")).toBe("/runs/7?tab=logs#x");
  expect(localPath("/agents")).toBe("/agents");
});

test.each([
  "https://evil.example/",
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/.//evil.example",
  "javascript:alert(1)",
  "runs",
  "",
  undefined,
  7,
])("%s leads to the start page", (wanted) => {
  expect(localPath(wanted)).toBe("/");
});

test("the sign-in page does not lead to itself", () => {
  expect(localPath("/sign-in?back=/sign-in")).toBe("/");
});
