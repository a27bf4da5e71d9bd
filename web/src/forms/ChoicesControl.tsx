// Any number of given options, as boxes to tick. They are kept in the order in which they are offered.
import type { Json } from "@/api/types";
import { choiceTitle } from "@/ui/choices";
import { useFormats } from "@/ui/format";
import type { ControlProps } from "./control";
import { unwrapNull } from "./fields";
import { wiring } from "./wiring";

const same = (a: Json, b: Json) => JSON.stringify(a) === JSON.stringify(b);

export function ChoicesControl(props: ControlProps) {
  const { language } = useFormats();
  const { id, field, value, onChange, disabled } = props;
  const { schema } = unwrapNull(field.schema);
  const items = schema.items ?? {};
  const options = items.enum ?? [];
  const held = Array.isArray(value) ? value : Array.isArray(field.default) ? field.default : [];
  const toggle = (option: Json, on: boolean) =>
    onChange(options.filter((each) => (same(each, option) ? on : held.some((h) => same(h, each)))));
  const { "aria-required": _required, ...group } = wiring(props);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of its form
    <div
      {...group}
      role="group"
      aria-disabled={disabled}
      className="flex flex-wrap gap-x-5 gap-y-2"
    >
      {options.map((option, index) => (
        <label key={String(option)} className="flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            id={`${id}-${index}`}
            disabled={disabled}
            checked={held.some((each) => same(each, option))}
            onChange={(event) => toggle(option, event.target.checked)}
            className="size-4 accent-(--color-accent)"
          />
          {choiceTitle(items, option, language) ?? String(option)}
        </label>
      ))}
    </div>
  );
}
