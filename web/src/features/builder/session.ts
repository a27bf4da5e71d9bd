// One agent being worked on: its editor, how it is saved, and what is wrong with it.
import type { QueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { createContext, useContext, useSyncExternalStore } from "react";
import { agentQuery, saveAgent } from "@/api/agents";
import { ApiError } from "@/api/errors";
import type { AgentDocument, AgentView, BlockSpec } from "@/api/types";
import type { CanvasControls } from "@/canvas";
import {
  type AgentTree,
  type Autosave,
  blocksOf,
  browserClock,
  browserDrafts,
  createAutosave,
  createEditor,
  draftOf,
  type Editor,
  type EditorState,
  SaveConflict,
  SaveRefused,
  type SaveState,
} from "@/editor";
import { createLive, type LiveStore } from "@/live/store";
import { sentenceOf } from "@/ui/sentence";

export interface Session {
  agent: string;
  specs: BlockSpec[];
  editor: Editor;
  autosave: Autosave;
  live: LiveStore;
  canvas: { current: CanvasControls | null };
  stop: () => void;
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

function refused(error: unknown, words: () => [TFunction, string]): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.status === 409) return new SaveConflict(Number(error.details.revision ?? 0));
  const final = error.status >= 400 && error.status < 500;
  return final ? new SaveRefused(sentenceOf(error, ...words())) : error;
}

const DRAFT_MS = 1000;

/** Keeps a copy of unsaved work in this browser until the server has it. */
function keepDrafts(agent: string, editor: Editor, autosave: Autosave): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopEdits = editor.onEdit(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { revision, status } = autosave.state();
      if (status !== "saved")
        void browserDrafts.put(draftOf(agent, revision, editor.tree(), Date.now()));
    }, DRAFT_MS);
  });
  const stopSaves = autosave.subscribe(() => {
    if (autosave.state().status !== "saved") return;
    clearTimeout(timer);
    void browserDrafts.drop(agent);
  });
  return () => {
    clearTimeout(timer);
    stopEdits();
    stopSaves();
  };
}

export function createSession(
  view: AgentView,
  specs: BlockSpec[],
  client: QueryClient,
  words: () => [TFunction, string],
): Session {
  const { id } = view;
  const key = agentQuery(id).queryKey;
  const editor = createEditor({ tree: view.document as AgentTree, blocks: blocksOf(specs) });
  const autosave = createAutosave(
    {
      ...browserClock,
      async save(tree, revision) {
        const document = tree as AgentDocument;
        const name = text(document.name);
        try {
          const stored = await saveAgent(id, revision, { document, ...(name ? { name } : {}) });
          client.setQueryData(key, stored);
          return { revision: stored.revision };
        } catch (error) {
          throw refused(error, words);
        }
      },
      async fetch() {
        const stored = await client.fetchQuery({ ...agentQuery(id), staleTime: 0 });
        return { tree: stored.document as AgentTree, revision: stored.revision };
      },
    },
    view.revision,
  );
  const stopDrafts = keepDrafts(id, editor, autosave);
  const stopEdits = editor.onEdit(() => autosave.changed(editor.tree));
  return {
    agent: id,
    specs,
    editor,
    autosave,
    live: createLive(),
    canvas: { current: null },
    stop: () => {
      void autosave.flush().finally(() => {
        stopDrafts();
        stopEdits();
        autosave.stop();
      });
    },
  };
}

const SessionContext = createContext<Session | null>(null);
export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("No session above this component");
  return session;
}

export function useEditor<T>(select: (state: EditorState) => T): T {
  const { editor } = useSession();
  return useSyncExternalStore(editor.subscribe, () => select(editor.getState()));
}

export function useSaveState(): SaveState {
  const { autosave } = useSession();
  return useSyncExternalStore(autosave.subscribe, autosave.state);
}
