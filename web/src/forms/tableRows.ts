// A table being typed in, as rows and columns; every change gives the rows as they will be.
import type { Json, JsonSchema } from "@/api/types";
import { kindOfSchema } from "./fields";

export type Row = { [column: string]: Json };

const isRow = (value: Json): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const rowsOf = (value: Json | undefined): Row[] =>
  Array.isArray(value) ? value.filter(isRow) : [];

export const columnsIn = (rows: Row[]): string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(row))),
];

export function printed(cell: Json | undefined): string {
  if (cell === undefined || cell === null) return "";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/** What was typed into a cell, as a number where the column holds numbers. */
function read(schema: JsonSchema | undefined, text: string): Json {
  const numeric = schema && kindOfSchema(schema) === "number" && text.trim() !== "";
  return numeric && Number.isFinite(Number(text)) ? Number(text) : text;
}

export interface Table {
  rows: Row[];
  columns: string[];
  /** The columns the schema fixes, if it does. */
  fixed: Record<string, JsonSchema> | undefined;
}

export function withCell({ rows, fixed }: Table, at: number, column: string, text: string): Row[] {
  return rows.map((row, index) =>
    index === at ? { ...row, [column]: read(fixed?.[column], text) } : row,
  );
}

export function withColumn({ rows }: Table, column: string, name: string): Row[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, cell]) => [key === column ? name : key, cell]),
    ),
  );
}

/** Cells pasted from a spreadsheet, filled in from one cell on; null if the text is no grid. */
export function withPasted(table: Table, at: number, column: string, text: string): Row[] | null {
  const grid = text.replace(/\r?\n$/, "");
  if (!/[\t\n]/.test(grid)) return null;
  const { columns, fixed } = table;
  const rows = [...table.rows];
  const from = columns.indexOf(column);
  grid.split(/\r?\n/).forEach((line, down) => {
    const row = { ...(rows[at + down] ?? {}) };
    line.split("\t").forEach((cell, right) => {
      const name = columns[from + right];
      if (name !== undefined) row[name] = read(fixed?.[name], cell);
    });
    rows[at + down] = row;
  });
  return rows;
}
