// A model by its address: tried before it is kept, its key chosen from the credentials or entered.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { AddCredential } from "@/access/dialogs";
import { useMay } from "@/access/session";
import { credentialsQuery } from "@/api/credentials";
import { addModel, changeModel, testModel } from "@/api/models";
import type { ModelView } from "@/api/types";
import { Asking } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { Switch } from "@/ui/inputs";
import { ChoiceField, Labeled, TextField } from "@/ui/Labeled";
import { showToast } from "@/ui/toasts";
import { definitionOf, type ModelFields, startOf, WIRES } from "./modelFields";
import { TestResult } from "./TestResult";

interface ModelFormProps {
  /** The one to be changed; without it a new one is made. */
  model?: ModelView;
  onClose: () => void;
}

const NEW = "+";

interface PartProps {
  fields: ModelFields;
  set: (change: Partial<ModelFields>) => void;
}

interface PlaceProps extends PartProps {
  /** Blocks name it already. */
  fixed: boolean;
}

function Place({ fields, set, fixed }: PlaceProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        required
        label={t("models.address")}
        hint={t("models.addressHint")}
        type="url"
        placeholder="http://nas:11434/v1"
        value={fields.base_url}
        onText={(base_url) => set({ base_url })}
      />
      <TextField
        required
        label={t("models.id")}
        hint={t("models.idHint")}
        placeholder="home/qwen2.5"
        disabled={fixed}
        value={fields.id}
        onText={(id) => set({ id })}
      />
      <TextField
        label={t("models.name")}
        hint={t("models.nameHint")}
        placeholder="qwen2.5:7b"
        value={fields.name}
        onText={(name) => set({ name })}
      />
      <ChoiceField
        label={t("models.wire")}
        value={fields.wire}
        choices={WIRES.map((id) => ({ id, title: t(`models.wires.${id}`) }))}
        onChoose={(wire) => set({ wire: WIRES.find((each) => each === wire) ?? "openai-chat" })}
      />
    </>
  );
}

interface KeyFieldProps extends PartProps {
  /** Of whom a new credential is, where that is known. */
  provider: string | undefined;
}

function KeyField({ fields, set, provider }: KeyFieldProps) {
  const { t } = useTranslation();
  const { data } = useQuery(credentialsQuery());
  const [adding, setAdding] = useState(false);
  const known = data?.items ?? [];
  return (
    <>
      <ChoiceField
        label={t("models.key")}
        hint={t("models.keyHint")}
        value={fields.credential}
        choices={[
          { id: "", title: t("models.noKey") },
          ...known.map((each) => ({ id: each.id, title: `${each.name} (${each.provider})` })),
          { id: NEW, title: t("models.newKey") },
        ]}
        onChoose={(id) => (id === NEW ? setAdding(true) : set({ credential: id }))}
      />
      {adding && (
        <Suspense>
          <AddCredential
            provider={provider}
            onDone={(id) => {
              set({ credential: id });
              setAdding(false);
            }}
            onClose={() => setAdding(false)}
          />
        </Suspense>
      )}
    </>
  );
}

interface ToggleProps {
  label: string;
  hint?: string;
  on: boolean;
  onToggle: (on: boolean) => void;
}

function Toggle({ label, hint, on, onToggle }: ToggleProps) {
  return (
    <Labeled label={label} hint={hint}>
      {(wiring) => (
        <Switch {...wiring} checked={on} onChange={(event) => onToggle(event.target.checked)} />
      )}
    </Labeled>
  );
}

function About({ fields, set }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        label={t("models.shown")}
        value={fields.title}
        onText={(title) => set({ title })}
      />
      <div className="grid grid-cols-3 gap-3">
        <TextField
          label={t("models.windowField")}
          inputMode="numeric"
          value={fields.context}
          onText={(context) => set({ context })}
        />
        <TextField
          label={t("models.inputPrice")}
          hint={t("models.pricesHint")}
          inputMode="decimal"
          value={fields.input_usd}
          onText={(input_usd) => set({ input_usd })}
        />
        <TextField
          label={t("models.outputPrice")}
          inputMode="decimal"
          value={fields.output_usd}
          onText={(output_usd) => set({ output_usd })}
        />
      </div>
    </>
  );
}

function Uses({ fields, set }: PartProps) {
  const { t } = useTranslation();
  const manages = useMay()("system.manage");
  return (
    <>
      <Toggle
        label={t("models.asDefault")}
        on={fields.default}
        onToggle={(on) => set({ default: on })}
      />
      {manages && (
        <Toggle
          label={t("models.everybody")}
          hint={t("models.everybodyHint")}
          on={fields.everybody}
          onToggle={(everybody) => set({ everybody })}
        />
      )}
    </>
  );
}

export function ModelForm({ model, onClose }: ModelFormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [fields, setFields] = useState<ModelFields>(() => startOf(model));
  const set = (change: Partial<ModelFields>) => setFields((now) => ({ ...now, ...change }));
  const lacks = !!model?.lacks;
  const incomplete = lacks
    ? !fields.credential
    : !fields.id.includes("/") || !fields.base_url.trim();
  const test = useMutation({ mutationFn: () => testModel(definitionOf(fields, model)) });
  const keep = async () => {
    const draft = definitionOf(fields, model);
    const kept = await (model && !lacks ? changeModel(draft) : addModel(draft));
    await client.invalidateQueries({ queryKey: ["models"] });
    showToast({ tone: "ok", text: t("models.kept", { name: kept.title }) });
    onClose();
  };
  return (
    <Asking
      title={
        lacks
          ? t("models.addKeyTitle", { name: model?.title })
          : model
            ? t("models.changeTitle", { name: model.title })
            : t("models.add")
      }
      submit={t(model && !lacks ? "ui.save" : "models.addShort")}
      disabled={incomplete}
      onSubmit={keep}
      onClose={onClose}
    >
      {!lacks && <Place fields={fields} set={set} fixed={!!model} />}
      <KeyField fields={fields} set={set} provider={lacks ? undefined : "http"} />
      {!lacks && <About fields={fields} set={set} />}
      <Uses fields={fields} set={set} />
      <div className="flex flex-col items-start gap-2">
        <Button small disabled={incomplete} busy={test.isPending} onClick={() => test.mutate()}>
          {t("models.try")}
        </Button>
        <TestResult test={test.data} error={test.error} onName={(name) => set({ name })} />
      </div>
    </Asking>
  );
}
