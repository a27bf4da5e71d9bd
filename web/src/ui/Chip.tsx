import { clsx } from "clsx";
import type { ComponentProps } from "react";

export type Tone = "plain" | "ok" | "warn" | "bad" | "run" | "wait" | "accent";

const TONES: Record<Tone, string> = {
  plain: "bg-surface2 text-fg2",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  run: "bg-run-soft text-run",
  wait: "bg-wait-soft text-wait",
  accent: "bg-accent-soft text-accent",
};

export function Chip({
  tone = "plain",
  className,
  ...rest
}: ComponentProps<"span"> & { tone?: Tone }) {
  return (
    <span
      className={clsx(
        "inline-flex h-[22px] shrink-0 items-center gap-1 rounded-full px-2 text-xs whitespace-nowrap",
        TONES[tone],
        className,
      )}
      {...rest}
    />
  );
}
