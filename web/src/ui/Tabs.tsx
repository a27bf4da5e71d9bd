// A row of tabs; the panel below is the caller's, joined by id.
import { clsx } from "clsx";
import type { KeyboardEvent, ReactNode } from "react";

export interface Tab<T extends string> {
  id: T;
  label: string;
  count?: number;
  tone?: "bad" | "plain";
}

interface TabsProps<T extends string> {
  tabs: Tab<T>[];
  active: T;
  onChange: (id: T) => void;
  label: string;
  /** Prefix of the ids that join tab and panel. */
  name: string;
  trailing?: ReactNode;
}

export function tabPanel(name: string, id: string) {
  return {
    id: `${name}-panel`,
    role: "tabpanel",
    "aria-labelledby": `${name}-tab-${id}`,
    tabIndex: 0,
  } as const;
}

export function Tabs<T extends string>({
  tabs,
  active,
  onChange,
  label,
  name,
  trailing,
}: TabsProps<T>) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const now = tabs.findIndex((tab) => tab.id === active);
    const next = tabs[(now + step + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next.id);
    event.currentTarget.querySelector<HTMLElement>(`#${name}-tab-${next.id}`)?.focus();
  };
  return (
    <div className="flex h-10 shrink-0 items-stretch border-b border-line px-2">
      <div
        role="tablist"
        aria-label={label}
        className="flex min-w-0 overflow-x-auto"
        onKeyDown={onKeyDown}
      >
        {tabs.map((tab) => (
          <button
            key={tab.id}
            id={`${name}-tab-${tab.id}`}
            type="button"
            role="tab"
            aria-selected={tab.id === active}
            aria-controls={tab.id === active ? `${name}-panel` : undefined}
            tabIndex={tab.id === active ? 0 : -1}
            onClick={() => onChange(tab.id)}
            className={clsx(
              "-mb-px border-b-2 px-2.5 whitespace-nowrap focus-visible:outline-offset-[-2px]",
              tab.id === active
                ? "border-accent font-semibold text-fg"
                : "border-transparent text-fg3 hover:text-fg",
            )}
          >
            {tab.label}
            {tab.count ? (
              <span
                className={clsx(
                  "ml-1.5 rounded-full px-1.5 text-xs font-normal tabular-nums",
                  tab.tone === "bad" ? "bg-bad-soft text-bad" : "bg-surface2 text-fg2",
                )}
              >
                {tab.count}
              </span>
            ) : null}
          </button>
        ))}
      </div>
      {trailing && <div className="ml-auto flex items-center gap-2 pl-2">{trailing}</div>}
    </div>
  );
}
