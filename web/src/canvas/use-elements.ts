/** The library's nodes and edges for the open graph, and the way back from its selection to the editor's. */

import type { EdgeChange, NodeChange } from "@xyflow/react";
import { useCallback, useMemo, useRef } from "react";
import {
  type Box,
  type GraphView,
  type NodeId,
  type Point,
  type Selection,
  spatialIndex,
} from "@/editor";
import { useCanvas } from "./context";
import { type CardNode, flowEdge, flowNode, type LinkEdge } from "./flow";
import type { Tier } from "./ui-state";
import type { Dragging } from "./use-dragging";

const NO_NODES: CardNode[] = [];
const NO_EDGES: LinkEdge[] = [];

export function useNodes(
  view: GraphView,
  selection: Selection,
  tier: Tier,
  dragging: Dragging,
): CardNode[] {
  const { places, sizes } = dragging;
  return useMemo(() => {
    if (tier === "far") return NO_NODES;
    return view.nodes.map((each) => {
      const node = flowNode(each, selection.nodes.has(each.id));
      const position = places.get(each.id);
      const size = sizes.get(each.id);
      if (!position && !size) return node;
      return { ...node, ...(position && { position }), ...(size && { ...size, measured: size }) };
    });
  }, [view, selection, tier, places, sizes]);
}

export function useEdges(view: GraphView, selection: Selection, tier: Tier): LinkEdge[] {
  return useMemo(
    () =>
      tier === "far"
        ? NO_EDGES
        : view.links.map((link) => flowEdge(link, selection.links.has(link.id))),
    [view, selection, tier],
  );
}

export interface SelectionBridge {
  onNodesChange: (changes: NodeChange<CardNode>[]) => void;
  onEdgesChange: (changes: EdgeChange<LinkEdge>[]) => void;
  /** A marquee may begin at a point of the graph; with `additive` what was selected stays selected. */
  onMarqueeStart: (additive: boolean, from: Point) => void;
  /** In the far view, where the library knows no nodes, `to` says what the marquee held. */
  onMarqueeEnd: (to: Point | null) => void;
}

export function useSelectionBridge(dragging: Dragging): SelectionBridge {
  const { editor } = useCanvas();
  const kept = useRef<ReadonlySet<NodeId> | null>(null);
  const { onChanges } = dragging;
  const onNodesChange = useCallback(
    (changes: NodeChange<CardNode>[]) => {
      onChanges(changes);
      const { nodes, links } = editor.getState().selection;
      const next = new Set(nodes);
      for (const change of changes) {
        if (change.type !== "select") continue;
        if (change.selected) next.add(change.id);
        else if (!kept.current?.has(change.id)) next.delete(change.id);
      }
      editor.select(next, links);
    },
    [editor, onChanges],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange<LinkEdge>[]) => {
      // A marquee also reports the links of its nodes; those go with their nodes anyway.
      if (kept.current) return;
      const { nodes, links } = editor.getState().selection;
      const next = new Set(links);
      for (const change of changes) {
        if (change.type === "select") next[change.selected ? "add" : "delete"](change.id);
      }
      editor.select(nodes, next);
    },
    [editor],
  );
  const from = useRef<Point>({ x: 0, y: 0 });
  const onMarqueeStart = useCallback(
    (additive: boolean, point: Point) => {
      from.current = point;
      kept.current = additive ? editor.getState().selection.nodes : new Set();
    },
    [editor],
  );
  const onMarqueeEnd = useCallback(
    (to: Point | null) => {
      if (to) {
        const held = spatialIndex(editor.view()).within(boxBetween(from.current, to));
        editor.select([...(kept.current ?? []), ...held.map((node) => node.id)]);
      }
      kept.current = null;
    },
    [editor],
  );
  return { onNodesChange, onEdgesChange, onMarqueeStart, onMarqueeEnd };
}

const boxBetween = (a: Point, b: Point): Box => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});
