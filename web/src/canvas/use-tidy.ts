/** Tidying in a worker, applied as one step and shown as a short glide. */

import { useCallback, useEffect, useRef } from "react";
import { type TidyResult, tidyRequest } from "@/editor";
import { useCanvas } from "./context";

export function useTidy(onDone: () => void): () => void {
  const { editor } = useCanvas();
  const worker = useRef<Worker | null>(null);
  useEffect(
    () => () => {
      worker.current?.terminate();
      worker.current = null;
    },
    [],
  );
  return useCallback(() => {
    const view = editor.view();
    const request = tidyRequest(view, editor.getState().selection.nodes);
    if (request.nodes.length === 0) return;
    worker.current ??= new Worker(new URL("../editor/layout/tidy.worker.ts", import.meta.url), {
      type: "module",
    });
    worker.current.onmessage = ({ data }: MessageEvent<TidyResult>) => {
      // Whoever went on editing meanwhile keeps what they did.
      if (editor.graph() !== view.graph) return;
      editor.dispatch({ type: "move", places: data, as: "tidy" });
      onDone();
    };
    worker.current.postMessage(request);
  }, [editor, onDone]);
}
