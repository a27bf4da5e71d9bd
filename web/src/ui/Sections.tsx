// A page with sisters: the way to them stands beside it, above it on a phone.
import { Link, type LinkProps } from "@tanstack/react-router";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { buttonClass } from "./Button";
import { Page } from "./Page";

export interface Sister {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  /** Only on a phone; elsewhere there is another way to it. */
  small?: boolean;
}

interface SistersProps {
  label: string;
  sisters: Sister[];
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}

const SPOT =
  "flex h-8 items-center rounded-control px-2.5 whitespace-nowrap text-fg2 hover:bg-surface2 hover:text-fg";

export function SisterPage({ label, sisters, title, actions, children }: SistersProps) {
  const small = sisters.find((each) => each.small);
  if (sisters.filter((each) => !each.small).length < 2)
    return (
      <Page title={title} actions={actions}>
        <div className="mx-auto max-w-3xl">
          {small && (
            <Link to={small.to} className={clsx(buttonClass("plain", true), "mb-4 sm:hidden")}>
              {small.label}
            </Link>
          )}
          {children}
        </div>
      </Page>
    );
  return (
    <Page title={title} actions={actions}>
      <div className="flex flex-col gap-x-8 gap-y-4 md:flex-row">
        <nav
          aria-label={label}
          className={clsx(
            "flex shrink-0 gap-1 md:sticky md:top-0 md:w-40 md:flex-col md:self-start",
            "max-md:-mx-1 max-md:overflow-x-auto max-md:px-1 max-md:py-1",
          )}
        >
          {sisters.map((sister) => (
            <Link
              key={sister.to}
              to={sister.to}
              className={clsx(SPOT, sister.small && "sm:hidden")}
              activeProps={{ className: "bg-accent-soft! text-accent! font-semibold" }}
              activeOptions={{ exact: true, includeSearch: false }}
            >
              {sister.label}
            </Link>
          ))}
        </nav>
        <div className="min-w-0 grow">{children}</div>
      </div>
    </Page>
  );
}
