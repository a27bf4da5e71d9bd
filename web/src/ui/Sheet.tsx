// A table that scrolls inside its card when the window is narrow.
import { clsx } from "clsx";
import type { ReactNode } from "react";

interface Column {
  id: string;
  title: string;
  /** Said, not shown. */
  silent?: boolean;
  /** Left out on a phone. */
  wide?: boolean;
}

interface SheetProps {
  label: string;
  columns: Column[];
  children: ReactNode;
}

export function Sheet({ label, columns, children }: SheetProps) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      className="relative overflow-x-auto rounded-card border border-line bg-surface"
    >
      <table className="w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line text-xs text-fg3">
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={clsx("px-3 py-2 font-normal first:pl-4", column.wide && "max-sm:hidden")}
              >
                <span className={column.silent ? "sr-only" : ""}>{column.title}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export const CELL = "px-3 py-2 first:pl-4";
export const LINE = "border-line not-first:border-t";
