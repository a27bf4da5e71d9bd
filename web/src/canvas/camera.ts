/** Where the canvas looks: computed from the editor's own geometry, so that it works with no node drawn. */

import type { ReactFlowInstance } from "@xyflow/react";
import { type Box, boundsOf, type Editor, type NodeId, type Point, topological } from "@/editor";
import type { CardNode, LinkEdge } from "./flow";
import type { Camera } from "./painter";

export type Flow = ReactFlowInstance<CardNode, LinkEdge>;

export const MIN_ZOOM = 0.05;
export const MAX_ZOOM = 2;
const MARGIN = 48;

/** The camera that shows a box whole and centred. */
export function cameraFor(box: Box, width: number, height: number, closest = 1): Camera {
  const fit = Math.min((width - MARGIN * 2) / box.width, (height - MARGIN * 2) / box.height);
  const zoom = Math.max(MIN_ZOOM, Math.min(fit, closest));
  return {
    zoom,
    x: width / 2 - (box.x + box.width / 2) * zoom,
    y: height / 2 - (box.y + box.height / 2) * zoom,
  };
}

/** From this zoom on cards can be read. */
const READABLE = 0.6;

/**
 * The camera for a graph just opened: all of it if it can be read then, else its beginning, the left edge
 * in view and the middle at the height of the first node.
 */
export function openingCamera(box: Box, first: Box, width: number, height: number): Camera {
  const whole = cameraFor(box, width, height);
  if (whole.zoom >= READABLE) return whole;
  const fits = box.height * READABLE <= height - MARGIN * 2;
  const middle = fits ? box.y + box.height / 2 : first.y + first.height / 2;
  const wide = box.width * READABLE > width - MARGIN * 2;
  const x = wide
    ? MARGIN - Math.max(box.x, first.x - width / READABLE / 2) * READABLE
    : width / 2 - (box.x + box.width / 2) * READABLE;
  return { zoom: READABLE, x, y: height / 2 - middle * READABLE };
}

interface Surface {
  flow: Flow;
  editor: Editor;
  /** Pixels. */
  size: () => { width: number; height: number };
}

export interface CameraMoves {
  /** Shows these nodes, or all. */
  fit(ids?: ReadonlySet<NodeId>, atOnce?: boolean): void;
  /** Shows a graph just opened, at a zoom at which it can be read. */
  open(): void;
  zoomTo(zoom: number): void;
  zoomBy(factor: number): void;
  /** Brings a node into view if it is not. */
  reveal(id: NodeId): void;
  /** The middle of what is shown, in the graph's own measure. */
  center(): Point;
}

const GLIDE_MS = 160;
const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function createCameraMoves({ flow, editor, size }: Surface): CameraMoves {
  const go = (camera: Camera, atOnce = still()): void => {
    void flow.setViewport(camera, { duration: atOnce ? 0 : GLIDE_MS });
  };
  const zoomTo = (zoom: number): void => {
    const now = flow.getViewport();
    const { width, height } = size();
    const next = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, zoom));
    const keep = (from: number, middle: number): number =>
      middle - ((middle - from) / now.zoom) * next;
    go({ zoom: next, x: keep(now.x, width / 2), y: keep(now.y, height / 2) });
  };
  return {
    fit(ids, atOnce) {
      const nodes = editor.view().nodes.filter((node) => !ids?.size || ids.has(node.id));
      const box = boundsOf(nodes.map((node) => node.box));
      const { width, height } = size();
      if (box && width > 0) go(cameraFor(box, width, height), atOnce);
    },
    open() {
      const { nodes, byId, graph } = editor.view();
      const box = boundsOf(nodes.map((node) => node.box));
      const start = byId.get(topological(graph)[0] ?? "")?.box;
      const { width, height } = size();
      if (box && width > 0) go(openingCamera(box, start ?? box, width, height), true);
    },
    zoomTo,
    zoomBy: (factor) => zoomTo(flow.getZoom() * factor),
    reveal(id) {
      const box = editor.view().byId.get(id)?.box;
      if (!box) return;
      const { x, y, zoom } = flow.getViewport();
      const { width, height } = size();
      const [left, top] = [box.x * zoom + x, box.y * zoom + y];
      const inside =
        left >= 0 &&
        top >= 0 &&
        left + box.width * zoom <= width &&
        top + box.height * zoom <= height;
      if (inside) return;
      const closer = Math.max(zoom, 0.5);
      go({
        zoom: closer,
        x: width / 2 - (box.x + box.width / 2) * closer,
        y: height / 2 - (box.y + box.height / 2) * closer,
      });
    },
    center() {
      const { x, y, zoom } = flow.getViewport();
      const { width, height } = size();
      return { x: (width / 2 - x) / zoom, y: (height / 2 - y) / zoom };
    },
  };
}
