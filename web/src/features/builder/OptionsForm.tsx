// How a block deals with failure and load: retries, time limit, parallel steps, order.
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Json, RetryPolicy } from "@/api/types";
import { Form } from "@/forms/Form";
import { Select, Switch } from "@/ui/inputs";
import { useEditor, useSession } from "./session";
import { settingField } from "./settingFields";

const LIMIT = "limit_";
const RETRY = new Set(["attempts", "delay", "factor", "max_delay"]);

export function OptionsForm({ id }: { id: string }) {
  const { t } = useTranslation();
  const { editor } = useSession();
  const names = { off: useId(), order: useId(), form: useId() };
  useEditor((state) => state.doc);
  const node = editor.graph().nodes[id] ?? {};
  const retry: RetryPolicy = node.retry ?? {};
  const positive = { type: "number", exclusiveMinimum: 0 } as const;
  const fields = [
    settingField(
      "attempts",
      t("builder.attempts"),
      { type: "integer", minimum: 1, maximum: 100 },
      1,
      t("builder.attemptsHint"),
    ),
    settingField("delay", t("builder.delay"), { type: "number", minimum: 0 }),
    settingField("factor", t("builder.factor"), { type: "number", minimum: 1 }),
    settingField("max_delay", t("builder.maxDelay"), { type: "number", minimum: 0 }),
    settingField("timeout", t("builder.timeout"), positive),
    settingField("timeout_total", t("builder.timeoutTotal"), positive),
    settingField("parallel", t("builder.parallel"), { type: "integer", minimum: 1 }),
    settingField("limit_tokens", t("builder.nodeTokens"), { type: "integer", minimum: 0 }),
    settingField("limit_usd", t("builder.nodeUsd"), { type: "number", minimum: 0 }),
  ];
  const setNode = (key: string, value: unknown) =>
    editor.dispatch({ type: "setNode", ids: [id], key, value });
  const set = (name: string, value: Json | undefined) => {
    if (name.startsWith(LIMIT)) {
      const limits: Record<string, unknown> = { ...node.limits, [name.slice(LIMIT.length)]: value };
      const kept = Object.entries(limits).filter(([, limit]) => limit !== undefined);
      return setNode("limits", kept.length ? Object.fromEntries(kept) : undefined);
    }
    if (!RETRY.has(name)) return setNode(name, value);
    const next: Record<string, unknown> = { ...retry, [name]: value };
    if (value === undefined) delete next[name];
    return setNode("retry", Object.keys(next).length ? next : undefined);
  };
  const values = {
    ...retry,
    timeout: node.timeout,
    timeout_total: node.timeout_total,
    parallel: node.parallel,
    limit_tokens: node.limits?.tokens,
    limit_usd: node.limits?.usd,
  };
  const given = Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  );
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center gap-3">
        <label htmlFor={names.off} className="grow">
          {t("builder.off")}
        </label>
        <Switch
          id={names.off}
          checked={node.disabled === true}
          onChange={(event) => setNode("disabled", event.target.checked ? true : undefined)}
        />
      </div>
      <Form
        columns={2}
        scope={names.form}
        fields={fields}
        values={given as Record<string, Json>}
        onChange={set}
      />
      <div>
        <label htmlFor={names.order} className="mb-1 block text-sm text-fg2">
          {t("builder.order")}
        </label>
        <Select
          id={names.order}
          value={node.order ?? "firing"}
          onChange={(event) => setNode("order", event.target.value === "any" ? "any" : undefined)}
        >
          <option value="firing">{t("builder.orderFiring")}</option>
          <option value="any">{t("builder.orderAny")}</option>
        </Select>
      </div>
    </div>
  );
}
