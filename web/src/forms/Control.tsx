// Picks the control for a field. Heavy ones live in their own files; all share one set of props.

import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import { choiceTitle } from "@/ui/choices";
import { useFormats } from "@/ui/format";
import { Select, Switch, TextArea, TextInput } from "@/ui/inputs";
import { AnyControl } from "./AnyControl";
import { ChoicesControl } from "./ChoicesControl";
import { GroupControl, ListControl, MapControl } from "./collections";
import type { ControlProps } from "./control";
import { FileControl } from "./FileControl";
import { controlOf, unwrapNull } from "./fields";
import { modelsThatCan } from "./models";
import { NumberControl, SliderControl } from "./numbers";
import { useFormServices } from "./services";
import { TableControl } from "./TableControl";
import { wiring } from "./wiring";

const asText = (value: Json | undefined) =>
  value === undefined || value === null
    ? ""
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

function placeholder({ field }: ControlProps): string | undefined {
  const hint = field.schema["x-placeholder"];
  if (hint) return hint;
  return field.default === null || field.default === undefined ? undefined : asText(field.default);
}

function TextControl(props: ControlProps) {
  const { value, onChange } = props;
  return (
    <TextInput
      {...wiring(props)}
      value={asText(value)}
      placeholder={placeholder(props)}
      onChange={(event) => onChange(event.target.value || undefined)}
    />
  );
}

function SecretControl(props: ControlProps) {
  const { value, onChange } = props;
  return (
    <TextInput
      {...wiring(props)}
      type="password"
      autoComplete="new-password"
      value={asText(value)}
      onChange={(event) => onChange(event.target.value || undefined)}
    />
  );
}

function LongTextControl(props: ControlProps) {
  const { value, onChange, field } = props;
  const code = controlOf(field) === "code";
  return (
    <TextArea
      {...wiring(props)}
      rows={3}
      value={asText(value)}
      placeholder={placeholder(props)}
      className={code ? "font-mono text-xs" : ""}
      onChange={(event) => onChange(event.target.value || undefined)}
    />
  );
}

function SwitchControl(props: ControlProps) {
  const { value, onChange, field } = props;
  const on = value === undefined || value === null ? field.default === true : value === true;
  return (
    <Switch {...wiring(props)} checked={on} onChange={(event) => onChange(event.target.checked)} />
  );
}

function ChoiceControl(props: ControlProps) {
  const { t } = useTranslation();
  const { language } = useFormats();
  const { value, onChange, field } = props;
  const { schema, nullable } = unwrapNull(field.schema);
  const choices = schema.enum ?? [];
  const held = value ?? field.default;
  const at = choices.findIndex((each) => JSON.stringify(each) === JSON.stringify(held));
  const foreign = at < 0 && held !== null && held !== undefined;
  const empty = nullable || !field.required || at < 0;
  return (
    <Select
      {...wiring(props)}
      value={foreign ? "?" : at < 0 ? "" : String(at)}
      onChange={(event) =>
        onChange(event.target.value === "" ? undefined : choices[Number(event.target.value)])
      }
    >
      {empty && !foreign && (field.default === null || field.default === undefined) && (
        <option value="">{t("form.choose")}</option>
      )}
      {foreign && <option value="?">{asText(held)}</option>}
      {choices.map((choice, index) => (
        <option key={asText(choice)} value={String(index)}>
          {choiceTitle(schema, choice, language) ?? asText(choice)}
        </option>
      ))}
    </Select>
  );
}

function DateControl(props: ControlProps) {
  const { value, onChange, field } = props;
  const timed = controlOf(field) === "datetime";
  return (
    <TextInput
      {...wiring(props)}
      type={timed ? "datetime-local" : "date"}
      value={asText(value ?? field.default).slice(0, timed ? 16 : 10)}
      onChange={(event) => onChange(event.target.value || undefined)}
      className="max-w-60"
    />
  );
}

function TimeControl(props: ControlProps) {
  const { value, onChange, field } = props;
  return (
    <TextInput
      {...wiring(props)}
      type="time"
      value={asText(value ?? field.default).slice(0, 5)}
      onChange={(event) => onChange(event.target.value || undefined)}
      className="max-w-36"
    />
  );
}

function ModelControl(props: ControlProps) {
  const { t } = useTranslation();
  const { value, onChange, field } = props;
  const wanted = field.schema["x-can"];
  const models = modelsThatCan(useFormServices().models, wanted);
  const held = asText(value ?? field.default);
  const known = models.some((model) => model.id === held);
  const usual = wanted ? models[0] : models.find((model) => model.default);
  return (
    <Select
      {...wiring(props)}
      value={held}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">
        {usual
          ? t("form.defaultModel", { name: usual.demo ? t("form.demoModel") : usual.title })
          : t("form.choose")}
      </option>
      {held && !known && <option value={held}>{held}</option>}
      {models.map((model) => (
        <option key={model.id} value={model.id}>
          {model.demo ? t("form.demoModel") : model.title}
        </option>
      ))}
    </Select>
  );
}

function ColorControl(props: ControlProps) {
  const { value, onChange, field } = props;
  const held = asText(value ?? field.default);
  return (
    <span className="flex items-center gap-2">
      <input
        {...wiring(props)}
        type="color"
        value={/^#[0-9a-f]{6}$/i.test(held) ? held : "#000000"}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 w-12 rounded-control border border-line-strong bg-surface p-1"
      />
      <code className="text-xs text-fg2">{held}</code>
    </span>
  );
}

const CONTROLS = {
  text: TextControl,
  textarea: LongTextControl,
  template: LongTextControl,
  code: LongTextControl,
  password: SecretControl,
  number: NumberControl,
  slider: SliderControl,
  boolean: SwitchControl,
  choice: ChoiceControl,
  date: DateControl,
  datetime: DateControl,
  time: TimeControl,
  choices: ChoicesControl,
  model: ModelControl,
  color: ColorControl,
  file: FileControl,
  list: ListControl,
  map: MapControl,
  group: GroupControl,
  table: TableControl,
  json: AnyControl,
} as const;

export function Control(props: ControlProps) {
  const Chosen = CONTROLS[controlOf(props.field)];
  return <Chosen {...props} />;
}
