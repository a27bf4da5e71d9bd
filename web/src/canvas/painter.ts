/** Draws a graph on a plain canvas: boxes in the colour of their status, links as thin lines. */

import {
  type Box,
  type GraphView,
  type NodeId,
  type NodeView,
  overlaps,
  type Point,
  spotOf,
} from "@/editor";
import type { NodeStatus } from "@/live/state";
import { tokenColor } from "@/ui/token";
import { curveBetween, toolCurve } from "./curve";

export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

export interface Paint {
  surface: string;
  border: string;
  text: string;
  link: string;
  accent: string;
  note: string;
  status: Partial<Record<NodeStatus, string>>;
}

export interface Picture {
  view: GraphView;
  camera: Camera;
  /** CSS pixels. */
  width: number;
  height: number;
  paint: Paint;
  statusOf: (id: NodeId) => NodeStatus | undefined;
  selected: ReadonlySet<NodeId>;
  hovered?: NodeId | null;
  /** Draws only these nodes and the links at them, moved by so much. */
  moved?: { ids: ReadonlySet<NodeId>; dx: number; dy: number };
  links?: boolean;
}

/** The colours of the theme as painted now. */
export function readPaint(): Paint {
  return {
    surface: tokenColor("surface"),
    border: tokenColor("line-strong"),
    text: tokenColor("fg2"),
    link: tokenColor("line-strong"),
    accent: tokenColor("accent"),
    note: tokenColor("note-line"),
    status: {
      running: tokenColor("run"),
      waiting: tokenColor("wait"),
      completed: tokenColor("ok"),
      failed: tokenColor("bad"),
      cancelled: tokenColor("fg3"),
    },
  };
}

/** Makes the canvas as large as it is shown, in device pixels, and gives its cleared context. */
export function prepare(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

export function draw(context: CanvasRenderingContext2D, picture: Picture): void {
  const { view, camera, width, height, moved } = picture;
  const area: Box = {
    x: -camera.x / camera.zoom,
    y: -camera.y / camera.zoom,
    width: width / camera.zoom,
    height: height / camera.zoom,
  };
  context.save();
  context.translate(camera.x, camera.y);
  context.scale(camera.zoom, camera.zoom);
  if (picture.links !== false) drawLinks(context, picture, area);
  for (const node of view.nodes) {
    if (moved && !moved.ids.has(node.id)) continue;
    const box = boxOf(node, moved);
    if (overlaps(box, area)) drawNode(context, picture, node, box);
  }
  context.restore();
}

function boxOf(node: NodeView, moved: Picture["moved"]): Box {
  if (!moved?.ids.has(node.id)) return node.box;
  return { ...node.box, x: node.box.x + moved.dx, y: node.box.y + moved.dy };
}

function drawNode(
  context: CanvasRenderingContext2D,
  picture: Picture,
  node: NodeView,
  box: Box,
): void {
  const { paint, camera, selected } = picture;
  const status = picture.statusOf(node.id);
  const color = status && paint.status[status];
  context.fillStyle = node.shape === "note" ? paint.note : (color ?? paint.border);
  context.globalAlpha =
    node.shape === "note" ? 0.5 : node.node.disabled ? 0.3 : color ? 0.85 : 0.55;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.globalAlpha = 1;
  if (!selected.has(node.id) && picture.hovered !== node.id) return;
  context.strokeStyle = paint.accent;
  context.lineWidth = 2.5 / camera.zoom;
  context.strokeRect(box.x, box.y, box.width, box.height);
}

/** All links in one path: a thousand single strokes would cost more than the rest of the frame. */
function drawLinks(context: CanvasRenderingContext2D, picture: Picture, area: Box): void {
  const { view, camera, paint, moved } = picture;
  const straight = camera.zoom < 0.2;
  context.beginPath();
  for (const link of view.links) {
    const own = moved && (moved.ids.has(link.from.node) || moved.ids.has(link.to.node));
    if (moved && !own) continue;
    const from = endOf(view, link.from.node, "out", link.from.pin, moved);
    const to = endOf(view, link.to.node, "in", link.to.pin, moved);
    if (!from || !to || !near(from, to, area)) continue;
    context.moveTo(from.x, from.y);
    if (straight) context.lineTo(to.x, to.y);
    else {
      const { leaving, arriving } = (link.tool ? toolCurve : curveBetween)(from, to);
      context.bezierCurveTo(leaving.x, leaving.y, arriving.x, arriving.y, to.x, to.y);
    }
  }
  context.strokeStyle = paint.link;
  context.globalAlpha = 0.6;
  context.lineWidth = Math.max(1.2, 1 / camera.zoom) * (moved ? 1.4 : 1);
  context.stroke();
  context.globalAlpha = 1;
}

function endOf(
  view: GraphView,
  id: NodeId,
  side: "in" | "out",
  pin: string,
  moved: Picture["moved"],
): Point | undefined {
  const node = view.byId.get(id);
  const spot = node && spotOf(node, side, pin);
  if (!spot || !moved?.ids.has(id)) return spot;
  return { x: spot.x + moved.dx, y: spot.y + moved.dy };
}

const near = (a: Point, b: Point, area: Box): boolean =>
  Math.max(a.x, b.x) >= area.x &&
  Math.min(a.x, b.x) <= area.x + area.width &&
  Math.max(a.y, b.y) >= area.y &&
  Math.min(a.y, b.y) <= area.y + area.height;
