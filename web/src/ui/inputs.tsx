// The bare inputs: one look for every place that takes a value.
import { clsx } from "clsx";
import { Search, X } from "lucide-react";
import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";

export const INPUT =
  "w-full min-h-8 rounded-control border border-line-strong bg-surface px-2.5 py-1 text-fg placeholder:text-fg3 disabled:opacity-60 aria-invalid:border-bad";

export function TextInput({ className, ...rest }: ComponentProps<"input">) {
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      className={clsx(INPUT, className)}
      {...rest}
    />
  );
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      spellCheck={false}
      className={clsx(INPUT, "field-sizing-content max-h-80 min-h-16 resize-y py-1.5", className)}
      {...rest}
    />
  );
}

export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select className={clsx(INPUT, "lb-select", className)} {...rest} />;
}

export function Switch({ className, checked, ...rest }: ComponentProps<"input">) {
  return (
    <input
      type="checkbox"
      role="switch"
      checked={checked}
      aria-checked={checked}
      className={clsx(
        "relative h-6 w-10 shrink-0 appearance-none rounded-full border border-line-strong bg-surface2 transition-colors",
        "before:absolute before:top-[3px] before:left-[3px] before:size-4 before:rounded-full before:bg-line-strong before:transition-transform",
        "checked:border-accent checked:bg-accent checked:before:translate-x-4 checked:before:bg-on-accent",
        className,
      )}
      {...rest}
    />
  );
}

interface SearchInputProps {
  value: string;
  onChange: (value: string) => void;
  label: string;
  placeholder?: string;
  className?: string;
  onKeyDown?: ComponentProps<"input">["onKeyDown"];
  ref?: ComponentProps<"input">["ref"];
}

export function SearchInput({
  value,
  onChange,
  label,
  placeholder,
  className,
  ...rest
}: SearchInputProps) {
  const { t } = useTranslation();
  return (
    <div className={clsx("relative", className)}>
      <Search size={15} aria-hidden className="absolute top-2 left-2.5 text-fg3" />
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder ?? label}
        value={value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        className={clsx(INPUT, "pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden")}
        {...rest}
      />
      {value && (
        <button
          type="button"
          aria-label={t("ui.clear")}
          className="absolute top-1 right-1 grid size-6 place-items-center rounded-control text-fg3 hover:bg-surface2"
          onClick={() => onChange("")}
        >
          <X size={14} />
        </button>
      )}
    </div>
  );
}
