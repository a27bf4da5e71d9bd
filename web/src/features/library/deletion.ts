// Deleting with a way back: the agent is hidden at once and deleted when the toast goes.
import type { QueryClient } from "@tanstack/react-query";
import { create } from "zustand";
import { deleteAgent } from "@/api/agents";
import { showToast } from "@/ui/toasts";

/** Agents that look deleted but are not yet. */
export const useLeaving = create<{ ids: ReadonlySet<string> }>(() => ({ ids: new Set() }));

function setLeaving(id: string, leaving: boolean): void {
  useLeaving.setState(({ ids }) => {
    const next = new Set(ids);
    if (leaving) next.add(id);
    else next.delete(id);
    return { ids: next };
  });
}

interface Words {
  deleted: string;
  undo: string;
}

export function deleteWithUndo(id: string, words: Words, client: QueryClient): void {
  setLeaving(id, true);
  showToast({
    tone: "plain",
    text: words.deleted,
    action: { label: words.undo, run: () => setLeaving(id, false) },
    onExpire: () => {
      void deleteAgent(id)
        .catch((error: unknown) => {
          setLeaving(id, false);
          showToast({ tone: "bad", text: error instanceof Error ? error.message : String(error) });
        })
        .finally(() => client.invalidateQueries({ queryKey: ["agents"] }));
    },
  });
}
