// The frame of an ordinary page: a bar with its title and actions, and a body that scrolls.
import type { ReactNode } from "react";
import { useEffect } from "react";

/** Names the browser tab after the page. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Luban 鲁班` : "Luban 鲁班";
  }, [title]);
}

export function TopBar({ children }: { children: ReactNode }) {
  return (
    <header className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line bg-surface px-3.5">
      {children}
    </header>
  );
}

interface PageProps {
  title: string;
  /** Left of the title: where the page belongs. */
  crumb?: ReactNode;
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, crumb, beside, actions, children }: PageProps) {
  useTitle(title);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <TopBar>
        {crumb}
        <h1 className="min-w-0 truncate text-base">{title}</h1>
        {beside}
        <span className="grow" />
        {actions}
      </TopBar>
      <div className="min-h-0 grow overflow-y-auto">
        <div className="mx-auto w-full max-w-6xl px-4 py-5 sm:px-6">{children}</div>
      </div>
    </div>
  );
}
