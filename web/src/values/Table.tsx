import { clsx } from "clsx";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import { brief } from "./kind";

const PAGE = 100;

const isNumeric = (cell: Json | undefined) =>
  cell === undefined || cell === null || typeof cell === "number";

export function Table({ rows, columns }: { rows: Record<string, Json>[]; columns: string[] }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(PAGE);
  const numeric = new Set(
    columns.filter((column) => rows.slice(0, PAGE).every((row) => isNumeric(row[column]))),
  );
  return (
    <>
      <div className="overflow-x-auto">
        <table className="w-full border-collapse text-left text-sm">
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className={clsx(
                    "border-b border-line px-2 py-1 font-semibold whitespace-nowrap",
                    numeric.has(column) && "text-right",
                  )}
                >
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a value have no identity but their place
              <tr key={index} className="even:bg-surface2/60">
                {columns.map((column) => (
                  <td
                    key={column}
                    className={clsx(
                      "max-w-80 truncate px-2 py-1",
                      numeric.has(column) && "text-right tabular-nums",
                    )}
                  >
                    {brief(row[column])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown && (
        <button
          type="button"
          className="mt-1 min-h-6 text-xs text-accent hover:underline"
          onClick={() => setShown(shown + PAGE * 5)}
        >
          {t("value.moreRows", { count: rows.length - shown })}
        </button>
      )}
    </>
  );
}
