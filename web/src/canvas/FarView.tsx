/** The whole graph from far away: one drawing instead of a thousand cards. */

import { useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type NodeId, titleOf } from "@/editor";
import { useLiveStore } from "@/live/store";
import type { Flow } from "./camera";
import { useCanvas } from "./context";
import { FarPointer } from "./far-pointer";
import { pathOf } from "./names";
import { draw, type Picture, prepare } from "./painter";
import { usePaint } from "./use-paint";

export function FarView({ flow }: { flow: Flow }) {
  const { editor } = useCanvas();
  const { i18n } = useTranslation();
  const store = useStoreApi();
  const live = useLiveStore();
  const paint = usePaint();
  const canvas = useRef<HTMLCanvasElement>(null);
  const label = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const root = canvas.current?.closest<HTMLElement>(".react-flow");
    if (!root) return;
    let frame = 0;
    let hovered: NodeId | null = null;
    const picture = (): Picture => {
      const { transform, width, height } = store.getState();
      const { path, selection } = editor.getState();
      const { nodes } = live.getState();
      return {
        view: editor.view(),
        camera: { x: transform[0], y: transform[1], zoom: transform[2] },
        width,
        height,
        paint,
        statusOf: (id) => nodes[pathOf(path, id)]?.status,
        selected: selection.nodes,
        hovered,
      };
    };
    const paintNow = (): void => {
      frame = 0;
      const now = picture();
      const context = canvas.current && prepare(canvas.current, now.width, now.height);
      if (!context) return;
      draw(context, now);
      const moved = pointer.drag();
      if (moved) draw(context, { ...now, moved });
    };
    const ask = (): void => {
      frame ||= requestAnimationFrame(paintNow);
    };
    const onHover = (id: NodeId | null, x: number, y: number): void => {
      const tag = label.current;
      if (tag && id !== null) {
        const bounds = root.getBoundingClientRect();
        tag.style.transform = `translate(${x - bounds.left + 14}px, ${y - bounds.top + 14}px)`;
      }
      if (id === hovered) return;
      hovered = id;
      const view = id === null ? undefined : editor.view().byId.get(id);
      if (tag) tag.hidden = view === undefined;
      if (tag && view)
        tag.textContent = view.node.title || titleOf(view.spec ?? view, i18n.language);
      ask();
    };
    const pointer = new FarPointer({ root, editor, flow, onHover, onChange: ask });
    const stops = [store.subscribe(ask), editor.subscribe(ask), live.subscribe(ask)];
    ask();
    return () => {
      cancelAnimationFrame(frame);
      pointer.stop();
      for (const stop of stops) stop();
    };
  }, [editor, store, live, paint, flow, i18n.language]);

  return (
    <>
      <canvas ref={canvas} className="lb-far" aria-hidden />
      <div ref={label} className="lb-far-label" hidden />
    </>
  );
}
