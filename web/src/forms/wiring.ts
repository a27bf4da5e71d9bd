import type { ControlProps } from "./control";

/** The attributes that join an input to its label and its faults. */
export function wiring({ id, invalid, describedBy, disabled, field }: ControlProps) {
  return {
    id,
    "aria-invalid": invalid || undefined,
    "aria-describedby": describedBy,
    "aria-required": field.required || undefined,
    disabled,
  } as const;
}
