// Whom one can talk with, as one list of choices.
import { useQuery } from "@tanstack/react-query";
import { modelsQuery } from "@/api/catalogue";
import { type Partner, talkableQuery } from "@/api/threads";

/** A partner as the value of a choice; empty is the default model. */
export const choiceOf = ({ agent, model }: Partner): string =>
  agent ? `agent:${agent}` : model ? `model:${model}` : "";

export const partnerOf = (choice: string): Partner => {
  const [kind, ...rest] = choice.split(":");
  const name = rest.join(":");
  return kind === "agent" ? { agent: name } : kind === "model" ? { model: name } : {};
};

export function usePartners() {
  const agents = useQuery(talkableQuery());
  const models = useQuery(modelsQuery());
  return {
    agents: (agents.data ?? []).map(({ id, name }) => ({ id: `agent:${id}`, title: name })),
    models: (models.data ?? []).map(({ id, title }) => ({ id: `model:${id}`, title })),
    /** Whether files can be sent along. */
    takesFiles: (choice: string) =>
      !choice.startsWith("agent:") ||
      (agents.data ?? []).some((each) => `agent:${each.id}` === choice && each.takes_files),
    nameOf: (agent: string) => agents.data?.find(({ id }) => id === agent)?.name,
  };
}
