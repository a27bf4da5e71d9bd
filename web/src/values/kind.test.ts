import { expect, test } from "vitest";
import { asText, brief, columnsOf, shapeOf } from "./kind";

const csv = { $file: "f_1", name: "a.csv", type: "text/csv", size: 12 };

test("each value finds its picture", () => {
  expect(shapeOf("hello")).toBe("text");
  expect(shapeOf(0)).toBe("scalar");
  expect(shapeOf(false)).toBe("scalar");
  expect(shapeOf("")).toBe("empty");
  expect(shapeOf(csv)).toBe("file");
  expect(shapeOf({ ...csv, type: "image/png" })).toBe("image");
  expect(shapeOf([{ a: 1 }, { a: 2, b: "x" }])).toBe("table");
  expect(shapeOf([{ a: [1] }])).toBe("tree");
  expect(shapeOf([1, 2])).toBe("tree");
  expect(shapeOf({})).toBe("tree");
});

test("a table has the columns of all its rows, in order of appearance", () => {
  expect(columnsOf([{ b: 1 }, { a: 2, b: 3 }])).toEqual(["b", "a"]);
  expect(columnsOf([csv])).toBeNull();
});

test("a brief line stays brief", () => {
  expect(brief(["a", "b"])).toBe("[2] a · b");
  expect(brief("x".repeat(999)).length).toBe(160);
  expect(brief(csv)).toBe("a.csv");
});

test("the clipboard gets text as it is and the rest as JSON", () => {
  expect(asText("a\nb")).toBe("a\nb");
  expect(asText({ a: 1 })).toBe('{\n  "a": 1\n}');
});
