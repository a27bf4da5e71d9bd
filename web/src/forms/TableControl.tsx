// Rows and columns: typed in, or pasted from a spreadsheet.
import { Plus, X } from "lucide-react";
import { type ClipboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import { Button, IconButton } from "@/ui/Button";
import type { ControlProps } from "./control";
import { kindOfSchema, unwrapNull } from "./fields";

type Row = { [column: string]: Json };

const isRow = (value: Json): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const CELL =
  "h-8 w-full min-w-20 border-0 bg-transparent px-2 text-sm focus-visible:outline-offset-[-2px]";

function columnsIn(rows: Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

const printed = (value: Json | undefined) =>
  value === undefined || value === null
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);

export function TableControl({ id, field, path, value, onChange, faults, disabled }: ControlProps) {
  const { t } = useTranslation();
  const { schema } = unwrapNull(field.schema);
  const fixed = schema.items?.properties;
  const given = Array.isArray(value) ? value : Array.isArray(field.default) ? field.default : [];
  const rows = given.filter(isRow);
  const [added, setAdded] = useState<string[]>([]);
  const columns = fixed ? Object.keys(fixed) : [...new Set([...columnsIn(rows), ...added])];
  const put = (next: Row[]) => onChange(next.length ? next : undefined);

  const typed = (column: string, text: string): Json => {
    const part = fixed?.[column];
    const numeric = part && kindOfSchema(part) === "number" && text.trim() !== "";
    return numeric && Number.isFinite(Number(text)) ? Number(text) : text;
  };
  const set = (at: number, column: string, text: string) =>
    put(rows.map((row, index) => (index === at ? { ...row, [column]: typed(column, text) } : row)));
  const addColumn = () => {
    let number = columns.length + 1;
    while (columns.includes(t("form.column", { number }))) number += 1;
    setAdded([...added, t("form.column", { number })]);
    if (rows.length === 0) put([{}]);
  };
  const rename = (column: string, name: string) => {
    if (!name || name === column || columns.includes(name)) return;
    setAdded(added.map((each) => (each === column ? name : each)));
    if (rows.some((row) => column in row))
      put(
        rows.map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([key, cell]) => [key === column ? name : key, cell]),
          ),
        ),
      );
  };
  const paste = (event: ClipboardEvent, at: number, column: string) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const next = [...rows];
    const from = columns.indexOf(column);
    text.split(/\r?\n/).forEach((line, down) => {
      const row = { ...(next[at + down] ?? {}) };
      line.split("\t").forEach((cell, right) => {
        const name = columns[from + right];
        if (name !== undefined) row[name] = typed(name, cell);
      });
      next[at + down] = row;
    });
    put(next);
  };

  return (
    <div className="flex flex-col gap-1.5">
      {columns.length > 0 && (
        <div className="overflow-x-auto rounded-control border border-line-strong">
          <table id={id} className="w-full border-collapse">
            <thead>
              <tr>
                {columns.map((column) => (
                  <th
                    key={column}
                    scope="col"
                    className="border-b border-line bg-surface2 p-0 text-left text-xs font-semibold"
                  >
                    {fixed ? (
                      <span className="block px-2 py-1.5">{fixed[column]?.title ?? column}</span>
                    ) : (
                      <input
                        aria-label={t("form.columnName", { name: column })}
                        defaultValue={column}
                        disabled={disabled}
                        onBlur={(event) => rename(column, event.target.value.trim())}
                        className={`${CELL} font-semibold`}
                      />
                    )}
                  </th>
                ))}
                <th className="w-8 border-b border-line bg-surface2">
                  <span className="sr-only">{t("form.remove")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows are known by their place alone
                <tr key={index} className="not-last:border-b not-last:border-line">
                  {columns.map((column) => (
                    <td key={column} className="border-r border-line p-0">
                      <input
                        aria-label={t("form.cell", { row: index + 1, column })}
                        aria-invalid={!!faults[`${path}.${index}.${column}`] || undefined}
                        value={printed(row[column])}
                        disabled={disabled}
                        onChange={(event) => set(index, column, event.target.value)}
                        onPaste={(event) => paste(event, index, column)}
                        className={`${CELL} aria-invalid:bg-bad-soft`}
                      />
                    </td>
                  ))}
                  <td className="p-0.5">
                    <IconButton
                      small
                      look="quiet"
                      label={t("form.remove")}
                      disabled={disabled}
                      onClick={() => put(rows.filter((_, at) => at !== index))}
                    >
                      <X size={14} />
                    </IconButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <span className="flex gap-1">
        {columns.length > 0 && (
          <Button
            small
            look="quiet"
            disabled={disabled}
            icon={<Plus size={14} aria-hidden />}
            onClick={() => put([...rows, {}])}
          >
            {t("form.addRow")}
          </Button>
        )}
        {!fixed && (
          <Button
            small
            look="quiet"
            disabled={disabled}
            icon={<Plus size={14} aria-hidden />}
            onClick={addColumn}
          >
            {t("form.addColumn")}
          </Button>
        )}
      </span>
    </div>
  );
}
