// Choosing a template and a model, and everything that follows from pressing the button.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { createAgent } from "@/api/agents";
import { blocksQuery, modelsQuery, templatesQuery } from "@/api/catalogue";
import { startRun } from "@/api/runs";
import type { AgentInput, AgentView, Json, TemplateView } from "@/api/types";
import { useFormats } from "@/ui/format";
import { modelInputs, usesModel, withModel } from "./firstRun";

/** Whether something must be typed in before the first run. */
function asks(inputs: AgentInput[]): boolean {
  return inputs.some((input) => input.required && (input.default ?? null) === null);
}

export const BLANK = "blank";

function useChoice() {
  const templates = useQuery(templatesQuery());
  const models = useQuery(modelsQuery());
  const blocks = useQuery(blocksQuery());
  const [picked, pick] = useState<string | null>(null);
  const [model, setModel] = useState<string | null>(null);
  const usual = models.data?.find((each) => each.default)?.id ?? models.data?.[0]?.id ?? "";
  const inputs = modelInputs(blocks.data ?? []);
  const all = templates.data ?? [];
  const blank = picked === BLANK || (templates.data?.length === 0 && picked === null);
  // Offered first is what runs without typing anything.
  const template = blank
    ? undefined
    : (all.find(({ id }) => id === picked) ?? all.find((each) => !asks(each.inputs)) ?? all[0]);
  return {
    templates,
    models,
    inputs,
    usual,
    template,
    blank,
    model: model ?? usual,
    needsModel: !!template && usesModel(template, inputs),
    pick,
    setModel,
  };
}

export function useFirstRun() {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const navigate = useNavigate();
  const client = useQueryClient();
  const choice = useChoice();
  const [asking, setAsking] = useState<AgentView | null>(null);

  const open = (agent: AgentView, run?: string) =>
    navigate({ to: "/agents/$id/edit", params: { id: agent.id }, search: run ? { run } : {} });
  const run = async (agent: AgentView, values: Record<string, Json>) => {
    const started = await startRun(agent.id, values);
    await open(agent, started.id);
  };
  const make = (from: TemplateView) => {
    const { model, usual, needsModel, inputs } = choice;
    const words = {
      name: pick(from.name, from.name_zh),
      description: pick(from.description, from.description_zh),
    };
    if (!needsModel || !model || model === usual)
      return createAgent({ ...words, template: from.id });
    return createAgent({ ...words, document: withModel(from.document, inputs, model) });
  };
  const begin = useMutation({
    mutationFn: async () => {
      if (!choice.template) return open(await createAgent({ name: t("agent.untitled") }));
      const agent = await make(choice.template);
      await client.invalidateQueries({ queryKey: ["agents"] });
      if (asks(agent.inputs)) setAsking(agent);
      else await run(agent, {});
    },
  });
  return { ...choice, asking, begin, run, dismiss: () => setAsking(null) };
}
