// What every control of a form is given.
import type { Json } from "@/api/types";
import type { Faults } from "./check";
import type { FieldSpec } from "./fields";

export interface ControlProps {
  /** The id its label points to. */
  id: string;
  field: FieldSpec;
  /** Where the value stands in the whole form, e.g. "rows.0". */
  path: string;
  value: Json | undefined;
  /** `undefined` takes the value away, so that the default holds. */
  onChange: (value: Json | undefined) => void;
  faults: Faults;
  invalid: boolean;
  describedBy?: string | undefined;
  disabled?: boolean | undefined;
}
