/** The overview in the corner: every node as a speck, and a frame around what is shown. */

import { useStoreApi } from "@xyflow/react";
import { type PointerEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type Box, boundsOf, type Editor } from "@/editor";
import { useLiveStore } from "@/live/store";
import type { Flow } from "./camera";
import { useCanvas } from "./context";
import { pathOf } from "./names";
import { type Camera, draw, prepare } from "./painter";
import { usePaint } from "./use-paint";

const WIDTH = 150;
const HEIGHT = 92;
const PADDING = 8;
/** A graph of three nodes is not blown up to fill the corner. */
const LARGEST = 0.12;
/** The specks need not keep up with every frame; the frame does. */
const REPAINT_MS = 250;

export function MiniMap({ flow }: { flow: Flow }) {
  const { editor } = useCanvas();
  const { t } = useTranslation();
  const store = useStoreApi();
  const live = useLiveStore();
  const paint = usePaint();
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const camera = useRef<Camera>({ x: 0, y: 0, zoom: 1 });

  useEffect(() => {
    let timer = 0;
    let transform = store.getState().transform;
    const moveFrame = (): void => {
      const { width, height } = store.getState();
      transform = store.getState().transform;
      if (frame.current) placeFrame(frame.current, camera.current, transform, width, height);
    };
    const repaint = (): void => {
      timer = 0;
      const context = canvas.current && prepare(canvas.current, WIDTH, HEIGHT);
      if (!context) return;
      camera.current = wholeGraph(editor);
      const { path, selection } = editor.getState();
      const { nodes } = live.getState();
      draw(context, {
        view: editor.view(),
        camera: camera.current,
        width: WIDTH,
        height: HEIGHT,
        paint,
        statusOf: (id) => nodes[pathOf(path, id)]?.status,
        selected: selection.nodes,
        links: false,
      });
      moveFrame();
    };
    const ask = (): void => {
      timer ||= window.setTimeout(repaint, REPAINT_MS);
    };
    repaint();
    const stops = [
      store.subscribe((state) => state.transform !== transform && moveFrame()),
      editor.subscribe(ask),
      live.subscribe(ask),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [editor, store, live, paint]);

  const go = (event: PointerEvent): void => {
    if (event.buttons !== 1) return;
    const bounds = event.currentTarget.getBoundingClientRect();
    const { x, y, zoom } = camera.current;
    const [left, top] = [event.clientX - bounds.left, event.clientY - bounds.top];
    void flow.setCenter((left - x) / zoom, (top - y) / zoom, { zoom: flow.getZoom() });
  };
  return (
    <div
      className="lb-map"
      role="img"
      aria-label={t("canvas.minimap")}
      onPointerDown={go}
      onPointerMove={go}
    >
      <canvas ref={canvas} style={{ width: WIDTH, height: HEIGHT }} />
      <div ref={frame} className="lb-map-frame" />
    </div>
  );
}

function wholeGraph(editor: Editor): Camera {
  const bounds: Box = boundsOf(editor.view().nodes.map((node) => node.box)) ?? {
    x: 0,
    y: 0,
    width: 800,
    height: 500,
  };
  const room = { width: WIDTH - PADDING * 2, height: HEIGHT - PADDING * 2 };
  const fit = Math.min(room.width / bounds.width, room.height / bounds.height);
  const zoom = Math.min(fit, LARGEST);
  const center = (from: number, length: number, space: number): number =>
    space / 2 - (from + length / 2) * zoom;
  return {
    zoom,
    x: center(bounds.x, bounds.width, WIDTH),
    y: center(bounds.y, bounds.height, HEIGHT),
  };
}

function placeFrame(
  frame: HTMLElement,
  { x, y, zoom }: Camera,
  [left, top, scale]: readonly [number, number, number],
  width: number,
  height: number,
): void {
  const box = {
    left: (-left / scale) * zoom + x,
    top: (-top / scale) * zoom + y,
    width: (width / scale) * zoom,
    height: (height / scale) * zoom,
  };
  frame.style.transform = `translate(${box.left}px, ${box.top}px)`;
  frame.style.width = `${box.width}px`;
  frame.style.height = `${box.height}px`;
}
