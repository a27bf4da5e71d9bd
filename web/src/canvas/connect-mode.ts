/** Joining pins with the keyboard: one end fixed, the arrows walk through every pin that takes it. */

import { canJoin, type Editor, linkablePins, type NodeId, type PinRef } from "@/editor";
import type { LooseEnd } from "./ui-state";

/** The start from a node's first output, or `null` if it has none. */
export function beginConnect(editor: Editor, node: NodeId): LooseEnd | null {
  const end = outputsOf(editor, node)[0];
  return end ? { end, how: "keys", aim: candidates(editor, end)[0] ?? null } : null;
}

function outputsOf(editor: Editor, node: NodeId): PinRef[] {
  const found = editor.graph().nodes[node];
  if (!found) return [];
  const { outputs } = linkablePins(found, editor.blocks());
  return outputs.filter((pin) => !pin.hidden).map((pin) => ({ node, pin: pin.name, side: "out" }));
}

/** Every pin that takes the loose end, nearest nodes first, in the order of the pins. */
export function candidates(editor: Editor, end: PinRef): PinRef[] {
  const view = editor.view();
  const origin = view.byId.get(end.node)?.box;
  if (!origin) return [];
  const distance = (id: NodeId): number => {
    const box = view.byId.get(id)?.box ?? origin;
    return Math.hypot(box.x - origin.x - origin.width, box.y - origin.y);
  };
  const nodes = view.nodes.filter((node) => node.id !== end.node).map((node) => node.id);
  nodes.sort((a, b) => distance(a) - distance(b));
  return nodes.flatMap((node) => {
    const pins = view.byId.get(node)?.pins.inputs ?? [];
    return pins
      .map((pin): PinRef => ({ node, pin: pin.name, side: "in" }))
      .filter((pin) => canJoin(view.graph, editor.blocks(), end, pin).ok);
  });
}

/** The mode after an arrow: up and down walk the targets, left and right the node's outputs. */
export function stepConnect(editor: Editor, loose: LooseEnd, key: string): LooseEnd {
  const step = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
  const next = <Item>(items: readonly Item[], at: number): Item | undefined =>
    items[(at + step + items.length) % Math.max(1, items.length)];
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const outputs = outputsOf(editor, loose.end.node);
    const end =
      next(
        outputs,
        outputs.findIndex((pin) => pin.pin === loose.end.pin),
      ) ?? loose.end;
    return { end, how: "keys", aim: candidates(editor, end)[0] ?? null };
  }
  const targets = candidates(editor, loose.end);
  const at = targets.findIndex((pin) => pin.node === loose.aim?.node && pin.pin === loose.aim.pin);
  return { ...loose, aim: next(targets, at) ?? null };
}
