import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";

type Look = "plain" | "primary" | "quiet" | "danger";

interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  small?: boolean;
  icon?: ReactNode;
  busy?: boolean;
}

const LOOKS: Record<Look, string> = {
  plain: "border-line bg-surface text-fg hover:bg-surface2",
  primary: "border-accent bg-accent text-on-accent font-semibold hover:opacity-90",
  quiet: "border-transparent bg-transparent text-fg2 hover:bg-surface2 hover:text-fg",
  danger: "border-line bg-surface text-bad hover:bg-bad-soft",
};

export function buttonClass(look: Look = "plain", small = false): string {
  return clsx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border whitespace-nowrap select-none",
    "transition-colors duration-150 disabled:opacity-50 disabled:pointer-events-none",
    small ? "h-7 px-2 text-sm" : "h-8 px-3",
    LOOKS[look],
  );
}

export function Button({
  look,
  small,
  icon,
  busy,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={clsx(buttonClass(look, small), className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends ComponentProps<"button"> {
  /** Said by screen readers and shown as the tip. */
  label: string;
  look?: Look;
  small?: boolean;
  /** Where the tip stands; below by default. */
  tipSide?: "bottom" | "right" | "top";
}

export function IconButton({
  label,
  look = "plain",
  small,
  tipSide,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      data-tip-side={tipSide}
      className={clsx(
        buttonClass(look, small),
        "px-0!",
        small ? "w-7" : "w-8",
        look === "plain" && "text-fg2",
        className,
      )}
      {...rest}
    />
  );
}
