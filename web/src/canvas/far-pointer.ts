/** Pointing at nodes that are only drawn: choose, drag, dive in. Takes what begins on one before the library does. */

import { type Editor, GRID, type NodeId, snap, spatialIndex } from "@/editor";
import type { Flow } from "./camera";

export interface FarDrag {
  ids: ReadonlySet<NodeId>;
  dx: number;
  dy: number;
}

interface FarPointerOptions {
  root: HTMLElement;
  editor: Editor;
  flow: Flow;
  onHover(id: NodeId | null, x: number, y: number): void;
  /** Something to be drawn changed. */
  onChange(): void;
}

const THRESHOLD = 4;
const DIVE_ZOOM = 0.8;

export class FarPointer {
  private start: { x: number; y: number } | null = null;
  private pulled: FarDrag | null = null;
  private readonly stops: (() => void)[] = [];

  constructor(private readonly options: FarPointerOptions) {
    // On the window and early: React hears everything at its root, before the canvas itself does.
    this.listen("pointerdown", (event) => this.down(event as PointerEvent));
    this.listen("pointermove", (event) => this.move(event as PointerEvent));
    this.listen("pointerup", (event) => this.up(event));
    for (const type of ["mousedown", "click", "dblclick"]) {
      this.listen(type, (event) => this.mouse(event as MouseEvent));
    }
  }

  /** What is being dragged and how far, in the graph's measure. */
  drag(): FarDrag | null {
    return this.pulled;
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  private listen(type: string, call: (event: Event) => void): void {
    window.addEventListener(type, call, true);
    this.stops.push(() => window.removeEventListener(type, call, true));
  }

  private nodeAt(event: MouseEvent): NodeId | null {
    const { flow, editor } = this.options;
    if (!(event.target instanceof Element && event.target.closest(".react-flow__pane")))
      return null;
    const point = flow.screenToFlowPosition(
      { x: event.clientX, y: event.clientY },
      { snapToGrid: false },
    );
    return spatialIndex(editor.view()).at(point)?.id ?? null;
  }

  private down(event: PointerEvent): void {
    const { root, editor } = this.options;
    const id = event.button === 0 ? this.nodeAt(event) : null;
    if (id === null) return;
    event.stopPropagation();
    const chosen = editor.getState().selection.nodes;
    if (event.shiftKey || event.ctrlKey || event.metaKey) editor.select(toggled(chosen, id));
    else if (!chosen.has(id)) editor.select([id]);
    editor.focus(id);
    root.closest<HTMLElement>("[tabindex]")?.focus({ preventScroll: true });
    this.start = { x: event.clientX, y: event.clientY };
  }

  private move(event: PointerEvent): void {
    const { editor, flow, onHover, onChange } = this.options;
    if (!this.start) {
      onHover(this.nodeAt(event), event.clientX, event.clientY);
      return;
    }
    const [dx, dy] = [event.clientX - this.start.x, event.clientY - this.start.y];
    if (!this.pulled && Math.hypot(dx, dy) < THRESHOLD) return;
    const zoom = flow.getZoom();
    this.pulled = { ids: editor.getState().selection.nodes, dx: dx / zoom, dy: dy / zoom };
    onChange();
  }

  private up(event: Event): void {
    const { editor, onChange } = this.options;
    const drag = this.pulled;
    if (this.start) event.stopPropagation();
    this.start = null;
    this.pulled = null;
    if (!drag) return;
    editor.dispatch({ type: "move", places: placesAfter(editor, drag, true) });
    onChange();
  }

  private mouse(event: MouseEvent): void {
    const { flow } = this.options;
    if (this.nodeAt(event) === null) return;
    // The library would start a pan or a marquee, or clear the selection.
    event.stopPropagation();
    if (event.type !== "dblclick") return;
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    void flow.setCenter(x, y, { zoom: DIVE_ZOOM, duration: 160 });
  }
}

function toggled(chosen: ReadonlySet<NodeId>, id: NodeId): Set<NodeId> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Where dragged nodes come to lie. */
export function placesAfter(
  editor: Editor,
  { ids, dx, dy }: FarDrag,
  snapped: boolean,
): Record<NodeId, [number, number]> {
  const view = editor.view();
  const round = (value: number): number => (snapped ? snap(value, GRID) : Math.round(value));
  return Object.fromEntries(
    [...ids].flatMap((id): [NodeId, [number, number]][] => {
      const box = view.byId.get(id)?.box;
      return box ? [[id, [round(box.x + dx), round(box.y + dy)]]] : [];
    }),
  );
}
