// Rows and columns: typed in, or pasted from a spreadsheet.
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/ui/Button";
import type { Faults } from "./check";
import type { ControlProps } from "./control";
import { unwrapNull } from "./fields";
import {
  columnsIn,
  printed,
  type Row,
  rowsOf,
  type Table,
  withCell,
  withColumn,
  withPasted,
} from "./tableRows";

const CELL =
  "h-8 w-full min-w-20 border-0 bg-transparent px-2 text-sm focus-visible:outline-offset-[-2px]";

interface PartProps {
  table: Table;
  disabled: boolean | undefined;
}

function Head({
  table,
  disabled,
  onRename,
}: PartProps & { onRename: (column: string, name: string) => void }) {
  const { t } = useTranslation();
  const { columns, fixed } = table;
  return (
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
                onBlur={(event) => onRename(column, event.target.value.trim())}
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
  );
}

interface BodyProps extends PartProps {
  path: string;
  faults: Faults;
  onRows: (rows: Row[]) => void;
}

function Body({ table, path, faults, disabled, onRows }: BodyProps) {
  const { t } = useTranslation();
  const { rows, columns } = table;
  return (
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
                onChange={(event) => onRows(withCell(table, index, column, event.target.value))}
                onPaste={(event) => {
                  const text = event.clipboardData.getData("text/plain");
                  const pasted = withPasted(table, index, column, text);
                  if (!pasted) return;
                  event.preventDefault();
                  onRows(pasted);
                }}
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
              onClick={() => onRows(rows.filter((_, at) => at !== index))}
            >
              <X size={14} />
            </IconButton>
          </td>
        </tr>
      ))}
    </tbody>
  );
}

export function TableControl({ id, field, path, value, onChange, faults, disabled }: ControlProps) {
  const { t } = useTranslation();
  const fixed = unwrapNull(field.schema).schema.items?.properties;
  const rows = rowsOf(value ?? field.default);
  const [added, setAdded] = useState<string[]>([]);
  const columns = fixed ? Object.keys(fixed) : [...new Set([...columnsIn(rows), ...added])];
  const table: Table = { rows, columns, fixed };
  const put = (next: Row[]) => onChange(next.length ? next : undefined);
  const addColumn = () => {
    let number = columns.length + 1;
    while (columns.includes(t("form.column", { number }))) number += 1;
    setAdded([...added, t("form.column", { number })]);
    if (rows.length === 0) put([{}]);
  };
  const rename = (column: string, name: string) => {
    if (!name || name === column || columns.includes(name)) return;
    setAdded(added.map((each) => (each === column ? name : each)));
    if (rows.some((row) => column in row)) put(withColumn(table, column, name));
  };
  const plus = <Plus size={14} aria-hidden />;
  return (
    <div className="flex flex-col gap-1.5">
      {columns.length > 0 && (
        <div className="overflow-x-auto rounded-control border border-line-strong">
          <table id={id} className="w-full border-collapse">
            <Head table={table} disabled={disabled} onRename={rename} />
            <Body table={table} path={path} faults={faults} disabled={disabled} onRows={put} />
          </table>
        </div>
      )}
      <span className="flex gap-1">
        {columns.length > 0 && (
          <Button
            small
            look="quiet"
            disabled={disabled}
            icon={plus}
            onClick={() => put([...rows, {}])}
          >
            {t("form.addRow")}
          </Button>
        )}
        {!fixed && (
          <Button small look="quiet" disabled={disabled} icon={plus} onClick={addColumn}>
            {t("form.addColumn")}
          </Button>
        )}
      </span>
    </div>
  );
}
