// Boxes to tick, one per permission, under what they are about.
import { useId } from "react";
import { grouped, usePermissionWords } from "./permissions";

interface PermissionPickerProps {
  label: string;
  all: readonly string[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: Set<string>) => void;
}

export function PermissionPicker({ label, all, chosen, onChange }: PermissionPickerProps) {
  const words = usePermissionWords();
  const id = useId();
  const toggle = (permission: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(permission);
    else next.delete(permission);
    onChange(next);
  };
  return (
    <fieldset className="m-0 flex min-w-0 flex-col gap-3 border-0 p-0">
      <legend className="sr-only">{label}</legend>
      {grouped(all).map(({ noun, permissions }) => (
        <fieldset key={noun} className="m-0 min-w-0 border-0 p-0">
          <legend className="mb-1 p-0 text-sm font-semibold">{words.noun(noun)}</legend>
          <div className="grid gap-x-4 sm:grid-cols-2">
            {permissions.map((permission) => (
              <label
                key={permission}
                htmlFor={`${id}-${permission}`}
                className="flex min-h-7 items-start gap-2 py-0.5 text-sm"
              >
                <input
                  id={`${id}-${permission}`}
                  type="checkbox"
                  checked={chosen.has(permission)}
                  onChange={(event) => toggle(permission, event.target.checked)}
                  className="m-0 size-6 shrink-0 scale-75 accent-accent"
                />
                <span className="pt-0.5">{words.permission(permission)}</span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
    </fieldset>
  );
}
