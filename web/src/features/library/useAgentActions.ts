// Everything the library can do with an agent.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { exportAddress } from "@/api/address";
import {
  type AgentDraft,
  createAgent,
  deleteAgent,
  duplicateAgent,
  restoreAgent,
} from "@/api/agents";
import { startRun } from "@/api/runs";
import type { AgentView, Json } from "@/api/types";
import { showToast } from "@/ui/toasts";

function download(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}

export function useAgentActions() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const changed = () => client.invalidateQueries({ queryKey: ["agents"] });
  const edit = (agent: AgentView) => navigate({ to: "/agents/$id/edit", params: { id: agent.id } });

  const create = useMutation({
    mutationFn: (draft: AgentDraft) => createAgent(draft),
    onSuccess: async (agent) => {
      await changed();
      await edit(agent);
    },
  });
  const importFile = useMutation({
    mutationFn: async (file: File) => createAgent({ text: await file.text() }),
    onSuccess: async (agent) => {
      showToast({ tone: "ok", text: t("library.imported", { name: agent.name }) });
      await changed();
      await edit(agent);
    },
  });
  const duplicate = useMutation({
    mutationFn: (agent: AgentView) => duplicateAgent(agent.id),
    onSuccess: async (copy) => {
      showToast({
        tone: "ok",
        text: t("library.duplicated", { name: copy.name }),
        action: { label: t("agent.edit"), run: () => void edit(copy) },
      });
      await changed();
    },
  });

  const restore = useMutation({ mutationFn: restoreAgent, onSettled: changed });
  const remove = useMutation({
    mutationFn: (agent: AgentView) => deleteAgent(agent.id),
    onSuccess: (_gone, agent) =>
      showToast({
        tone: "plain",
        text: t("library.deleted", { name: agent.name }),
        action: { label: t("ui.undo"), run: () => restore.mutate(agent.id) },
      }),
    onSettled: changed,
  });

  const [sharing, share] = useState<AgentView | null>(null);

  return {
    /** The agent whose links are shown. */
    sharing,
    share,
    create,
    importFile,
    duplicate,
    edit,
    run: async (agent: AgentView, values: Record<string, Json>) => {
      const run = await startRun(agent.id, values);
      await navigate({ to: "/runs/$id", params: { id: run.id } });
    },
    memory: (agent: AgentView) => navigate({ to: "/agents/$id/memory", params: { id: agent.id } }),
    save: (agent: AgentView, format: "yaml" | "json") => download(exportAddress(agent.id, format)),
    remove: (agent: AgentView) => remove.mutate(agent),
  };
}

export type AgentActions = ReturnType<typeof useAgentActions>;
