// The agent itself: shown while nothing on the canvas is selected.
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { agentQuery } from "@/api/agents";
import type { AgentDocument, Json, RunLimits } from "@/api/types";
import { Form } from "@/forms/Form";
import type { FieldSpec } from "@/forms/fields";
import { useFormats } from "@/ui/format";
import { Select, TextArea } from "@/ui/inputs";
import { useEditor, useSession } from "./session";
import { settingField } from "./settingFields";

function useLimitFields(): FieldSpec[] {
  const { t } = useTranslation();
  const whole = { type: "integer", minimum: 1 } as const;
  return [
    settingField("steps", t("builder.limitSteps"), whole, 10_000),
    settingField(
      "seconds",
      t("builder.limitSeconds"),
      { type: "number", exclusiveMinimum: 0 },
      3600,
    ),
    settingField("tokens", t("builder.limitTokens"), whole),
    settingField("usd", t("builder.limitUsd"), { type: "number", minimum: 0 }),
  ];
}

function AgentInputs() {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const { agent } = useSession();
  const inputs = useQuery(agentQuery(agent)).data?.inputs ?? [];
  return (
    <section>
      <h3 className="mb-1 text-sm text-fg2">{t("builder.agentInputs")}</h3>
      {inputs.length ? (
        <ul className="m-0 list-none p-0">
          {inputs.map((input) => (
            <li key={input.name} className="flex min-h-7 items-center gap-2 text-sm">
              <span className="min-w-0 grow truncate">
                {pick(input.title, input.title_zh) || input.name}
              </span>
              <span className="text-xs text-fg3">{t(`kind.${input.kind}`)}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-sm text-fg3">{t("builder.noAgentInputs")}</p>
      )}
    </section>
  );
}

export function AgentPanel() {
  const { t } = useTranslation();
  const { editor } = useSession();
  const names = { description: useId(), onError: useId(), limits: useId() };
  const rest = useEditor((state) => state.doc.rest) as Partial<AgentDocument>;
  const fields = useLimitFields();
  const settings = rest.settings ?? {};
  const limits = settings.limits ?? {};
  const set = (key: "on_error" | "limits", value: unknown) => {
    const next: Record<string, unknown> = { ...settings };
    if (value === undefined) delete next[key];
    else next[key] = value;
    const empty = Object.keys(next).length === 0;
    editor.dispatch({ type: "setAgent", key: "settings", value: empty ? undefined : next });
  };
  const setLimit = (name: string, value: Json | undefined) => {
    const next: RunLimits & Record<string, unknown> = { ...limits, [name]: value };
    if (value === undefined) delete next[name];
    set("limits", Object.keys(next).length ? next : undefined);
  };
  return (
    <div className="flex min-h-0 grow flex-col gap-5 overflow-y-auto p-4">
      <h2 className="text-lg">{t("builder.agentSettings")}</h2>
      <div>
        <label htmlFor={names.description} className="mb-1 block text-sm text-fg2">
          {t("builder.description")}
        </label>
        <TextArea
          id={names.description}
          rows={2}
          value={String(rest.description ?? "")}
          onChange={(event) =>
            editor.dispatch({ type: "setAgent", key: "description", value: event.target.value })
          }
        />
      </div>
      <AgentInputs />
      <div>
        <label htmlFor={names.onError} className="mb-1 block text-sm text-fg2">
          {t("builder.onError")}
        </label>
        <Select
          id={names.onError}
          value={settings.on_error ?? "fail"}
          onChange={(event) =>
            set("on_error", event.target.value === "fail" ? undefined : event.target.value)
          }
        >
          <option value="fail">{t("builder.onErrorFail")}</option>
          <option value="continue">{t("builder.onErrorContinue")}</option>
        </Select>
      </div>
      <section aria-labelledby={names.limits}>
        <h3 id={names.limits} className="mb-2 text-sm text-fg2">
          {t("builder.limits")}
        </h3>

        <Form
          columns={2}
          scope={names.limits}
          fields={fields}
          values={limits as Record<string, Json>}
          onChange={setLimit}
        />
      </section>
    </div>
  );
}
