// The values a question asks for. A chunk of its own: few questions ask for any.
import type { Json } from "@/api/types";
import { checkValues, type Faults } from "@/forms/check";
import { Form } from "@/forms/Form";
import type { FieldSpec } from "@/forms/fields";

interface AnswerFormProps {
  scope: string;
  fields: FieldSpec[];
  values: Record<string, Json>;
  faults: Faults;
  disabled: boolean;
  onChange: (values: Record<string, Json>) => void;
}

export default function AnswerForm({ values, onChange, ...rest }: AnswerFormProps) {
  const change = (name: string, value: Json | undefined) => {
    const { [name]: _before, ...others } = values;
    onChange(value === undefined ? others : { ...others, [name]: value });
  };
  return (
    <div className="max-w-xl">
      <Form values={values} onChange={change} {...rest} />
    </div>
  );
}

/** What is wrong with the values; whoever refuses need not fill in everything. */
export function faultsOf(
  fields: FieldSpec[],
  values: Record<string, Json>,
  whole: boolean,
): Faults {
  const found = Object.entries(checkValues(fields, values));
  return Object.fromEntries(found.filter(([, fault]) => whole || fault.key !== "required"));
}
