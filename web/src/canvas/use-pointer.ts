/** The pointer on the canvas: where it is, what a drop or a double click there means. */

import { type DragEvent, type MouseEvent, type PointerEvent, useMemo, useRef } from "react";
import type { Point } from "@/editor";
import type { CameraMoves, Flow } from "./camera";
import { useCanvas } from "./context";

/** What the palette puts on a drag: the id of a block. */
export const BLOCK_MIME = "application/x-luban-block";

export interface Spot {
  screen: Point;
  flow: Point;
}

export interface PointerParts {
  /** Where the pointer was last seen on the canvas, else the middle. */
  spot: () => Spot;
  /** Where a mouse event is in the graph. */
  at: (event: { clientX: number; clientY: number }) => Point;
  onPointerMove: (event: PointerEvent) => void;
  onDragOver: (event: DragEvent) => void;
  onDrop: (event: DragEvent) => void;
  onDoubleClick: (event: MouseEvent) => void;
  onPaneClick: (event: MouseEvent) => void;
}

interface Where {
  flow: Flow;
  root: () => HTMLElement | null;
  moves: CameraMoves;
  onUsed: ((block: string) => void) | undefined;
}

export function usePointer({ flow, root, moves, onUsed }: Where): PointerParts {
  const { editor, ui, gestures } = useCanvas();
  const last = useRef<Point | null>(null);
  return useMemo(() => {
    const spotAt = (client: Point): Spot => {
      const bounds = root()?.getBoundingClientRect();
      const screen = { x: client.x - (bounds?.left ?? 0), y: client.y - (bounds?.top ?? 0) };
      return { screen, flow: flow.screenToFlowPosition(client, { snapToGrid: false }) };
    };
    const of = (event: MouseEvent): Spot => spotAt({ x: event.clientX, y: event.clientY });
    return {
      at: ({ clientX, clientY }) => spotAt({ x: clientX, y: clientY }).flow,
      spot() {
        if (last.current) return spotAt(last.current);
        const bounds = root()?.getBoundingClientRect();
        const screen = { x: (bounds?.width ?? 0) / 2, y: (bounds?.height ?? 0) / 3 };
        return { screen, flow: moves.center() };
      },
      onPointerMove: (event) => {
        last.current = { x: event.clientX, y: event.clientY };
      },
      onDragOver: (event) => {
        if (!event.dataTransfer.types.includes(BLOCK_MIME)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        const link = gestures.linkAt(of(event).flow)?.id ?? null;
        if (link !== ui.getState().hoveredLink) ui.setState({ hoveredLink: link });
      },
      onDrop: (event) => {
        const spec = editor.blocks().find(event.dataTransfer.getData(BLOCK_MIME));
        if (!spec) return;
        event.preventDefault();
        const { flow: point } = of(event);
        const link = gestures.linkAt(point);
        ui.setState({ hoveredLink: null });
        const spliced = link && gestures.addBlock(spec, point, { splice: link.id });
        if (spliced || gestures.addBlock(spec, point)) onUsed?.(spec.id);
      },
      onDoubleClick: (event) => {
        const onPane = event.target instanceof Element && event.target.matches(".react-flow__pane");
        if (onPane) ui.setState({ quickAdd: of(event) });
      },
      onPaneClick: (event) => {
        const { loose } = ui.getState();
        const { screen, flow: point } = of(event);
        if (loose?.how === "tap") gestures.dropLoose(loose.end, point, screen);
        else ui.setState({ loose: null, refused: null });
        editor.focus(null);
        editor.select([]);
      },
    };
  }, [editor, ui, gestures, flow, root, moves, onUsed]);
}
