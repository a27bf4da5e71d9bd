// Choosing a template and a model, and everything that follows from pressing the button.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { createAgent } from "@/api/agents";
import { blocksQuery, modelsQuery, templatesQuery } from "@/api/catalogue";
import { startRun } from "@/api/runs";
import type { AgentView, Json, TemplateView } from "@/api/types";
import { useFormats } from "@/ui/format";
import { asks, modelInputs, readyFirst, usesModel, withModel } from "./firstRun";

export const BLANK = "blank";

function useChoice() {
  const templates = useQuery(templatesQuery());
  const models = useQuery(modelsQuery());
  const blocks = useQuery(blocksQuery());
  const [picked, pick] = useState<string | null>(null);
  const [model, setModel] = useState<string | null>(null);
  const usual = models.data?.find((each) => each.default)?.id ?? models.data?.[0]?.id ?? "";
  const inputs = modelInputs(blocks.data ?? []);
  // In which order is known only when the blocks are.
  const all = readyFirst(templates.data ?? [], blocks.data ?? []);
  const settled = !blocks.isPending;
  const blank = picked === BLANK || (templates.data?.length === 0 && picked === null);
  const template = blank
    ? undefined
    : (all.find(({ id }) => id === picked) ?? (settled ? all[0] : undefined));
  return {
    templates: {
      ...templates,
      data: settled ? templates.data && all : undefined,
      isPending: templates.isPending || !settled,
    },
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
