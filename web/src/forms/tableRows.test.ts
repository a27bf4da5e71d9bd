import { expect, test } from "vitest";
import { columnsIn, rowsOf, type Table, withCell, withColumn, withPasted } from "./tableRows";

const table: Table = {
  rows: [{ item: "nail", price: 1 }],
  columns: ["item", "price"],
  fixed: { item: { type: "string" }, price: { type: "number" } },
};

test("a cell of a number column becomes a number when it can", () => {
  expect(withCell(table, 0, "price", "2.5")).toEqual([{ item: "nail", price: 2.5 }]);
  expect(withCell(table, 0, "price", "cheap")).toEqual([{ item: "nail", price: "cheap" }]);
  expect(withCell(table, 0, "item", "7")).toEqual([{ item: "7", price: 1 }]);
});

test("a pasted grid fills cells and adds rows", () => {
  expect(withPasted(table, 0, "item", "saw\t3\r\nplane\t9\r\n")).toEqual([
    { item: "saw", price: 3 },
    { item: "plane", price: 9 },
  ]);
  expect(withPasted(table, 0, "item", "just text")).toBeNull();
});

test("a renamed column keeps its place and its cells", () => {
  const [row] = withColumn(table, "item", "name");
  expect(row && Object.keys(row)).toEqual(["name", "price"]);
});

test("what is no row is left out", () => {
  expect(rowsOf([{ a: 1 }, 3, null, { b: 2 }])).toEqual([{ a: 1 }, { b: 2 }]);
  expect(columnsIn([{ a: 1 }, { b: 2, a: 3 }])).toEqual(["a", "b"]);
});
