/** Many nodes on the move: drawn on one canvas over the still ones, so that only the drop costs something. */

import { useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";
import type { NodeId } from "@/editor";
import { useCanvas } from "./context";
import { draw, prepare } from "./painter";
import { usePaint } from "./use-paint";

export interface Ghost {
  ids: ReadonlySet<NodeId>;
  dx: number;
  dy: number;
}

interface DragGhostProps {
  /** Read on every frame: how far the nodes have been pulled. */
  read: () => Ghost | null;
}

export function DragGhost({ read }: DragGhostProps) {
  const { editor } = useCanvas();
  const store = useStoreApi();
  const paint = usePaint();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let frame = 0;
    let drawn = "";
    const paintNow = (): void => {
      frame = requestAnimationFrame(paintNow);
      const ghost = read();
      const { transform, width, height } = store.getState();
      const now = `${ghost?.dx} ${ghost?.dy} ${transform.join(" ")}`;
      if (!ghost || now === drawn || !canvas.current) return;
      drawn = now;
      const context = prepare(canvas.current, width, height);
      if (!context) return;
      draw(context, {
        view: editor.view(),
        camera: { x: transform[0], y: transform[1], zoom: transform[2] },
        width,
        height,
        paint,
        statusOf: () => undefined,
        selected: ghost.ids,
        moved: ghost,
      });
    };
    frame = requestAnimationFrame(paintNow);
    return () => cancelAnimationFrame(frame);
  }, [editor, store, paint, read]);
  return <canvas ref={canvas} className="lb-far" aria-hidden />;
}
