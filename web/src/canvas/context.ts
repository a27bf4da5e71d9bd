/** What every part of one canvas shares. The objects stay the same for the canvas's life. */

import { createContext, useContext, useSyncExternalStore } from "react";
import { useStore } from "zustand";
import type { Editor, EditorState } from "@/editor";
import type { Gestures } from "./gestures";
import type { CanvasUi, CanvasUiStore } from "./ui-state";

export interface CanvasParts {
  editor: Editor;
  ui: CanvasUiStore;
  gestures: Gestures;
  onInspect: (node: string) => void;
}

export const CanvasContext = createContext<CanvasParts | null>(null);

export function useCanvas(): CanvasParts {
  const parts = useContext(CanvasContext);
  if (!parts) throw new Error("No canvas above this component");
  return parts;
}

export function useUi<Part>(select: (ui: CanvasUi) => Part): Part {
  return useStore(useCanvas().ui, select);
}

export function useEditorState<Part>(editor: Editor, select: (state: EditorState) => Part): Part {
  return useSyncExternalStore(editor.subscribe, () => select(editor.getState()));
}
