// A node with a graph inside: how often it runs, over what, until when.
import { LogIn } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { declaredPins } from "@/editor";
import { Button } from "@/ui/Button";
import { Select, TextInput } from "@/ui/inputs";
import { useEditor, useSession } from "./session";

interface ChoiceProps {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm text-fg2">
        {label}
      </label>
      <Select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {!options.some((option) => option.value === value) && (
          <option value="">{t("form.choose")}</option>
        )}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </Select>
    </div>
  );
}

function Count({
  label,
  value,
  onChange,
}: {
  label: string;
  value: unknown;
  onChange: (value: number | undefined) => void;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm text-fg2">
        {label}
      </label>
      <TextInput
        id={id}
        inputMode="numeric"
        value={typeof value === "number" ? String(value) : ""}
        onChange={(event) => {
          const typed = Number.parseInt(event.target.value, 10);
          onChange(Number.isFinite(typed) && typed > 0 ? typed : undefined);
        }}
        className="tabular-nums"
      />
    </div>
  );
}

export function BodyFields({ id }: { id: string }) {
  const { t } = useTranslation();
  const { editor } = useSession();
  useEditor((state) => state.doc);
  const path = useEditor((state) => state.path);
  const node = editor.graph().nodes[id];
  const body = node?.body;
  if (!node || !body) return null;
  const { mode = "map", over, parallel, until, max } = body.rest as Record<string, unknown>;
  const pins = declaredPins(node, editor.blocks());
  const named = (list: readonly { name: string; title: string }[]) =>
    list.map((pin) => ({ value: pin.name, label: pin.title || pin.name }));
  const set = (key: string, value: unknown) => editor.dispatch({ type: "setBody", id, key, value });
  return (
    <section aria-label={t("builder.body")} className="mb-4 flex flex-col gap-3">
      <Choice
        label={t("builder.bodyMode")}
        value={String(mode)}
        options={[
          { value: "map", label: t("builder.bodyMap") },
          { value: "loop", label: t("builder.bodyLoop") },
        ]}
        onChange={(value) => set("mode", value)}
      />
      {mode === "loop" ? (
        <>
          <Choice
            label={t("builder.bodyUntil")}
            value={String(until ?? "")}
            options={named(pins.outputs.filter((pin) => pin.name !== "error"))}
            onChange={(value) => set("until", value || undefined)}
          />
          <Count label={t("builder.bodyMax")} value={max} onChange={(value) => set("max", value)} />
        </>
      ) : (
        <>
          <Choice
            label={t("builder.bodyOver")}
            value={String(over ?? "")}
            options={named(pins.inputs)}
            onChange={(value) => set("over", value || undefined)}
          />
          <Count
            label={t("builder.parallel")}
            value={parallel}
            onChange={(value) => set("parallel", value)}
          />
        </>
      )}
      <Button
        className="self-start"
        icon={<LogIn size={14} aria-hidden />}
        onClick={() => editor.open([...path, id])}
      >
        {t("builder.bodyOpen")}
      </Button>
    </section>
  );
}
