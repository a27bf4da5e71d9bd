/** The library's canvas with the editor's nodes on it, and everything that floats above. */

import {
  Background,
  BackgroundVariant,
  ReactFlow,
  type ReactFlowProps,
  SelectionMode,
  useReactFlow,
  useStoreApi,
} from "@xyflow/react";
import { clsx } from "clsx";
import { type MouseEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { GRID, type GraphView } from "@/editor";
import { Breadcrumb } from "./Breadcrumb";
import type { CanvasControls, CanvasProps } from "./Canvas";
import { Controls } from "./Controls";
import { type CameraMoves, createCameraMoves, type Flow, MAX_ZOOM, MIN_ZOOM } from "./camera";
import { useCanvas, useEditorState, useUi } from "./context";
import { DragGhost } from "./DragGhost";
import { EmptyHint } from "./EmptyHint";
import { FarView } from "./FarView";
import type { CardNode, LinkEdge } from "./flow";
import { LinkLine } from "./LinkLine";
import { LooseLine } from "./LooseLine";
import { MiniMap } from "./MiniMap";
import { ModeBar } from "./ModeBar";
import { NodeCard } from "./NodeCard";
import { NoteCard } from "./NoteCard";
import { QuickAdd } from "./QuickAdd";
import { RefusalNote } from "./RefusalNote";
import type { Tier } from "./ui-state";
import { useAriaLabels } from "./use-aria-labels";
import { useConnecting } from "./use-connecting";
import { type Dragging, useDragging } from "./use-dragging";
import { type SelectionBridge, useEdges, useNodes, useSelectionBridge } from "./use-elements";
import { focusNode, useKeys } from "./use-keys";
import { type PointerParts, usePointer } from "./use-pointer";
import { useTidy } from "./use-tidy";
import { useTier } from "./use-tier";

const FIXED: ReactFlowProps<CardNode, LinkEdge> = {
  nodeTypes: { card: NodeCard, note: NoteCard },
  edgeTypes: { link: LinkLine },
  connectionLineComponent: LooseLine,
  onlyRenderVisibleElements: true,
  minZoom: MIN_ZOOM,
  maxZoom: MAX_ZOOM,
  snapGrid: [GRID, GRID],
  // Keys, focus and announcements are the canvas's own.
  nodesFocusable: false,
  edgesFocusable: false,
  disableKeyboardA11y: true,
  deleteKeyCode: null,
  selectionKeyCode: null,
  multiSelectionKeyCode: ["Shift", "Meta", "Control"],
  panActivationKeyCode: "Space",
  zoomActivationKeyCode: ["Meta", "Control"],
  // A tap on a pin is handled by the pin, so that it can say why it refuses.
  connectOnClick: false,
  connectionRadius: 28,
  reconnectRadius: 12,
  selectionOnDrag: true,
  selectionMode: SelectionMode.Partial,
  panOnDrag: [1],
  zoomOnDoubleClick: false,
  nodeDragThreshold: 2,
};

type SurfaceProps = Required<Pick<CanvasProps, "recent" | "wheel" | "singleKeys">> &
  Pick<CanvasProps, "onUsed" | "onRun" | "controls">;

export function Surface({ recent, onUsed, onRun, wheel, singleKeys, controls }: SurfaceProps) {
  const { editor, ui } = useCanvas();
  const surface = useSurface();
  const { root, rootRef, size, flow, moves } = surface;
  const view = useEditorState(editor, () => editor.view());
  const path = useEditorState(editor, (state) => state.path);
  const tier = useTier(view);
  const dragging = useDragging();
  const bridge = useSelectionBridge(dragging);
  const pointer = usePointer({ flow, root, moves, onUsed });
  const fitAll = useCallback(() => moves.fit(), [moves]);
  const tidy = useTidy(fitAll);
  const onKey = useKeys({ root, moves, singleKeys, onRun, onTidy: tidy, pointer: pointer.spot });
  const press = usePress(bridge.onMarqueeStart, pointer.at);
  const minimap = useUi((state) => state.minimap);
  useFitOnOpen(moves, path.join("/"));
  useControls(controls, moves, tidy, root);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the application inside
    <div
      ref={rootRef}
      className={clsx("lb-canvas", `lb-tier-${tier}`, dragging.ghost && "lb-moving")}
      tabIndex={-1}
      onKeyDown={onKey}
      onPointerDownCapture={press}
      onPointerMove={pointer.onPointerMove}
      onDoubleClick={pointer.onDoubleClick}
      onDragOver={pointer.onDragOver}
      onDrop={pointer.onDrop}
    >
      <Ground {...{ surface, view, tier, dragging, bridge, pointer, wheel }} />
      {view.nodes.length === 0 && (
        <EmptyHint onAdd={() => ui.setState({ quickAdd: pointer.spot() })} />
      )}
      <Breadcrumb />
      {minimap && view.nodes.length > 0 && <MiniMap flow={flow} />}
      <Controls moves={moves} onTidy={tidy} />
      <ModeBar />
      <RefusalNote />
      <QuickAdd recent={recent} onUsed={(block) => onUsed?.(block)} size={size} />
    </div>
  );
}

interface GroundProps {
  surface: ReturnType<typeof useSurface>;
  view: GraphView;
  tier: Tier;
  dragging: Dragging;
  bridge: SelectionBridge;
  pointer: PointerParts;
  wheel: "pan" | "zoom";
}

/** The library's own canvas, wired to the editor. */
function Ground({ surface, view, tier, dragging, bridge, pointer, wheel }: GroundProps) {
  const { editor, ui } = useCanvas();
  const { t } = useTranslation();
  const { root, flow } = surface;
  const selection = useEditorState(editor, (state) => state.selection);
  const nodes = useNodes(view, selection, tier, dragging);
  const edges = useEdges(view, selection, tier);
  const connecting = useConnecting({ flow, root });
  const snap = useUi((state) => state.snap);
  return (
    <ReactFlow<CardNode, LinkEdge>
      {...FIXED}
      nodes={nodes}
      edges={edges}
      aria-label={t("canvas.label")}
      ariaLabelConfig={useAriaLabels()}
      snapToGrid={snap}
      panOnScroll={wheel === "pan"}
      onNodesChange={bridge.onNodesChange}
      onEdgesChange={bridge.onEdgesChange}
      onSelectionEnd={(event) => bridge.onMarqueeEnd(tier === "far" ? pointer.at(event) : null)}
      onNodeDragStart={(_, __, dragged) => dragging.onStart(dragged)}
      onNodeDragStop={(event) => dragging.onStop(event.altKey)}
      {...useNodeMouse(pointer.onPaneClick)}
      onEdgeMouseEnter={(_, edge) => ui.setState({ hoveredLink: edge.id })}
      onEdgeMouseLeave={() => ui.setState({ hoveredLink: null })}
      isValidConnection={connecting.isValid}
      onConnectStart={connecting.onStart}
      onConnect={connecting.onConnect}
      onConnectEnd={connecting.onEnd}
      onReconnectStart={connecting.onReconnectStart}
      onReconnect={connecting.onReconnect}
      onReconnectEnd={connecting.onReconnectEnd}
      onPaneClick={pointer.onPaneClick}
    >
      <Background variant={BackgroundVariant.Dots} gap={GRID * 2} size={1.6} color="var(--dot)" />
      {tier === "far" && <FarView flow={flow} />}
      {dragging.ghost && <DragGhost read={dragging.readGhost} />}
    </ReactFlow>
  );
}

function useSurface() {
  const { editor } = useCanvas();
  const store = useStoreApi();
  const flow: Flow = useReactFlow<CardNode, LinkEdge>();
  const rootRef = useRef<HTMLDivElement>(null);
  return useMemo(() => {
    const size = () => ({ width: store.getState().width, height: store.getState().height });
    const root = (): HTMLElement | null => rootRef.current;
    return { root, rootRef, size, flow, moves: createCameraMoves({ flow, editor, size }) };
  }, [editor, store, flow]);
}

/** Any press on the canvas gives it the keyboard, and begins a marquee if it is on empty ground. */
function usePress(
  onMarqueeStart: SelectionBridge["onMarqueeStart"],
  at: PointerParts["at"],
): (event: PointerEvent) => void {
  return useCallback(
    (event) => {
      const target = event.target as Element;
      if (target.closest("input, textarea, button, [role=dialog]")) return;
      const card = target.closest<HTMLElement>("[data-node]");
      (card ?? (event.currentTarget as HTMLElement)).focus({ preventScroll: true });
      if (target.matches(".react-flow__pane")) {
        onMarqueeStart(event.shiftKey || event.ctrlKey || event.metaKey, at(event));
      }
    },
    [onMarqueeStart, at],
  );
}

function useNodeMouse(onPaneClick: (event: MouseEvent) => void) {
  const { editor, ui, onInspect } = useCanvas();
  return useMemo(
    () => ({
      onNodeClick: (event: MouseEvent, node: CardNode) => {
        editor.focus(node.id);
        if (ui.getState().loose?.how === "tap") onPaneClick(event);
      },
      onNodeDoubleClick: (_: MouseEvent, node: CardNode) => {
        if (node.data.view.node.body) editor.open([...editor.getState().path, node.id]);
        else if (node.type === "card") onInspect(node.id);
      },
    }),
    [editor, ui, onInspect, onPaneClick],
  );
}

/** Shows a graph when it is opened, without a glide. */
function useFitOnOpen(moves: CameraMoves, path: string): void {
  const store = useStoreApi();
  const fitted = useRef<string | null>(null);
  useEffect(() => {
    const show = (): void => {
      const { panZoom, width } = store.getState();
      if (fitted.current === path || width === 0 || !panZoom) return;
      fitted.current = path;
      moves.open();
    };
    show();
    return store.subscribe(show);
  }, [moves, path, store]);
}

function useControls(
  controls: { current: CanvasControls | null } | undefined,
  moves: CameraMoves,
  tidy: () => void,
  root: () => HTMLElement | null,
): void {
  const { editor, gestures } = useCanvas();
  useEffect(() => {
    if (!controls) return;
    controls.current = {
      show(node) {
        editor.select([node]);
        editor.focus(node);
        moves.reveal(node);
        focusNode(root(), node);
      },
      add(block) {
        const spec = editor.blocks().find(block);
        return spec ? gestures.addBlock(spec, moves.center()) : null;
      },
      fit: () => moves.fit(),
      zoomTo: moves.zoomTo,
      tidy,
    };
    return () => {
      controls.current = null;
    };
  }, [controls, editor, gestures, moves, tidy, root]);
}
