/** Nodes while they are pulled: a few move as they are, many as one drawing; the drop is one command. */

import type { NodeChange } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import { duplicateCommand, type Editor, type NodeId, type Point } from "@/editor";
import { useCanvas } from "./context";
import type { Ghost } from "./DragGhost";
import type { CardNode } from "./flow";

/** From this many on the nodes are drawn on one canvas instead of being moved one by one. */
const MANY = 20;

type Places = ReadonlyMap<NodeId, Point>;
type Sizes = ReadonlyMap<NodeId, { width: number; height: number }>;

export interface Dragging {
  /** Nodes that are not where the document says. */
  places: Places;
  sizes: Sizes;
  ghost: boolean;
  readGhost: () => Ghost | null;
  onStart: (nodes: readonly CardNode[]) => void;
  /** With `copying` the nodes stay and copies come to where they were let go. */
  onStop: (copying: boolean) => void;
  onChanges: (changes: readonly NodeChange<CardNode>[]) => void;
}

const NONE: Places = new Map();
const NO_SIZES: Sizes = new Map();

function copiesAt(
  editor: Editor,
  moved: Readonly<Record<NodeId, readonly [number, number]>>,
): ReturnType<typeof duplicateCommand> {
  const [id, [x, y]] = Object.entries(moved)[0] ?? ["", [0, 0]];
  const box = editor.view().byId.get(id)?.box;
  if (!box) return null;
  const ids = new Set(Object.keys(moved));
  return duplicateCommand(editor.view(), ids, { x: x - box.x, y: y - box.y });
}

export function useDragging(): Dragging {
  const { editor } = useCanvas();
  const [places, setPlaces] = useState(NONE);
  const [sizes, setSizes] = useState(NO_SIZES);
  const [ghost, setGhost] = useState(false);
  const pulled = useRef<Map<NodeId, Point>>(new Map());
  const many = useRef<{ ids: ReadonlySet<NodeId>; first: NodeId } | null>(null);

  const onStart = useCallback((nodes: readonly CardNode[]) => {
    pulled.current = new Map();
    const first = nodes[0]?.id;
    if (nodes.length <= MANY || first === undefined) return;
    many.current = { ids: new Set(nodes.map((node) => node.id)), first };
    setGhost(true);
  }, []);

  const onChanges = useCallback((changes: readonly NodeChange<CardNode>[]) => {
    let moved = false;
    for (const change of changes) {
      if (change.type === "position" && change.position) {
        pulled.current.set(change.id, change.position);
        moved = true;
      }
      if (change.type === "dimensions" && change.resizing && change.dimensions) {
        const { id, dimensions } = change;
        setSizes((now) => new Map(now).set(id, dimensions));
      }
      if (change.type === "dimensions" && change.resizing === false) setSizes(NO_SIZES);
    }
    if (moved && !many.current) setPlaces(new Map(pulled.current));
  }, []);

  const onStop = useCallback(
    (copying: boolean) => {
      const moved = Object.fromEntries(
        [...pulled.current].map(([id, { x, y }]) => [id, [x, y] as const]),
      );
      many.current = null;
      pulled.current = new Map();
      const copies = copying ? copiesAt(editor, moved) : null;
      if (!copies) editor.dispatch({ type: "move", places: moved });
      else if (editor.dispatch(copies)) editor.select(copies.nodes.map((node) => node.id));
      setPlaces(NONE);
      setGhost(false);
    },
    [editor],
  );

  const readGhost = useCallback((): Ghost | null => {
    const { current } = many;
    const now = current && pulled.current.get(current.first);
    const box = current && editor.view().byId.get(current.first)?.box;
    return now && box ? { ids: current.ids, dx: now.x - box.x, dy: now.y - box.y } : null;
  }, [editor]);

  return useMemo(
    () => ({ places, sizes, ghost, readGhost, onStart, onStop, onChanges }),
    [places, sizes, ghost, readGhost, onStart, onStop, onChanges],
  );
}
