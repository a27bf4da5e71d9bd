// A titled card on a page, and rows in it.
import { type ReactNode, useId } from "react";

interface SectionProps {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, hint, actions, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mb-6">
      <header className="mb-1.5 flex flex-wrap items-end gap-x-3 gap-y-1.5">
        <div className="min-w-0 grow basis-60">
          <h2 id={id} className="text-base">
            {title}
          </h2>
          {hint && <p className="text-sm text-fg2">{hint}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-1.5">{actions}</div>}
      </header>
      <div className="rounded-card border border-line bg-surface">{children}</div>
    </section>
  );
}

interface RowProps {
  label: string;
  hint?: string;
  children: (id: string) => ReactNode;
}

export function Row({ label, hint, children }: RowProps) {
  const id = useId();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line px-4 py-3 not-first:border-t">
      <div className="min-w-40 grow">
        <label htmlFor={id}>{label}</label>
        {hint && <p className="text-xs text-fg3">{hint}</p>}
      </div>
      <div className="w-52">{children(id)}</div>
    </div>
  );
}

/** Things under each other; each with what can be done to it at its end. */
export function Rows({ children }: { children: ReactNode }) {
  return <ul className="m-0 list-none p-0">{children}</ul>;
}

interface ItemProps {
  icon?: ReactNode;
  title: ReactNode;
  about?: ReactNode;
  actions?: ReactNode;
}

export function Item({ icon, title, about, actions }: ItemProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line px-4 py-2.5 not-first:border-t">
      {icon && <span className="shrink-0 text-fg3">{icon}</span>}
      <div className="min-w-44 grow basis-0">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 break-words">{title}</div>
        {about && <div className="text-xs break-words text-fg3">{about}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-1.5">{actions}</div>}
    </li>
  );
}
