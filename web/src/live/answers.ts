// What a question asks for besides one of its choices, and how the choices read.
import type { TFunction } from "i18next";
import type { Approval, Json, JsonSchema } from "@/api/types";
import { type FieldSpec, fieldsOfSchema } from "@/forms/fields";

const DOUBT = ["done", "again", "fail"] as const;
const USES = ["once", "always_here", "always_agent", "deny"] as const;
const DETAILS = ["tool", "title", "source", "arguments", "reason", "why"] as const;

interface Choice {
  id: string;
  label: string;
  hint: string;
}

/** The answers offered; a question without any is answered by its values and a comment. */
export function choicesOf(approval: Approval, t: TFunction): Choice[] {
  if (approval.kind === "in_doubt") {
    const offered = approval.choices.length ? approval.choices : DOUBT;
    return offered.map((id) => {
      const known = DOUBT.find((each) => each === id);
      if (!known) return { id, label: id, hint: "" };
      return {
        id,
        label: t(`approvals.doubt.${known}`),
        hint: t(`approvals.doubtHint.${known}`),
      };
    });
  }
  if (approval.choices.length === 0) return [{ id: "", label: t("approvals.send"), hint: "" }];
  const uses = asksForTool(approval);
  return approval.choices.map((id) => {
    const known = uses ? USES.find((each) => each === id) : undefined;
    return { id, label: known ? t(`approvals.tool.${known}`) : id, hint: "" };
  });
}

/** Whether an agent asks if it may use a tool. */
function asksForTool(approval: Approval): boolean {
  const { tool } = approval.details;
  return typeof tool === "string" && USES.every((each) => approval.choices.includes(each));
}

/** The question in the reader's language, where it is one of our own. */
export function questionOf(approval: Approval, t: TFunction): string {
  if (asksForTool(approval))
    return t("approvals.tool.question", { tool: String(approval.details.tool) });
  return approval.question;
}

/** How a detail of a question is called. */
export function detailName(approval: Approval, name: string, t: TFunction): string {
  if (name === "inputs") return t("run.inputs");
  const known = asksForTool(approval) ? DETAILS.find((each) => each === name) : undefined;
  return known ? t(`approvals.detail.${known}`) : name;
}

/** The fields of the form that comes with a question; of a step in doubt, its outputs. */
export function fieldsOf(approval: Approval, t: TFunction): FieldSpec[] {
  const { form } = approval.details;
  if (isObject(form)) return fieldsOfSchema(form as JsonSchema);
  if (approval.kind !== "in_doubt") return [];
  return fieldsOfSchema({
    properties: {
      [OUTPUTS]: {
        type: "object",
        title: t("approvals.outputs"),
        description: t("approvals.outputsHint"),
      },
    },
  });
}

const OUTPUTS = "outputs";

/** The values as they are sent: the outputs of a step in doubt go by their pins. */
export function sentValues(approval: Approval, values: Record<string, Json>): Record<string, Json> {
  const outputs = values[OUTPUTS];
  const free = approval.kind === "in_doubt" && !isObject(approval.details.form);
  return free ? (isObject(outputs) ? outputs : {}) : values;
}

/** What else the step wants to be seen. */
export function shownDetails(approval: Approval): [string, Json][] {
  return Object.entries(approval.details).filter(
    ([name, value]) => name !== "form" && value !== null && !isEmpty(value),
  );
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isEmpty = (value: Json) => isObject(value) && Object.keys(value).length === 0;
