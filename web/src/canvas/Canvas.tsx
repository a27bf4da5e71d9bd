/** The canvas of one agent: what the builder puts on its page. */

import "@xyflow/react/dist/base.css";
import "./canvas.css";
import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useMemo, useRef } from "react";
import type { Editor, Finding, NodeId } from "@/editor";
import { CanvasContext, type CanvasParts } from "./context";
import { createGestures } from "./gestures";
import { Surface } from "./Surface";
import { createCanvasUi, type Marks } from "./ui-state";

export interface CanvasProps {
  editor: Editor;
  /** Local and server findings together; nodes named by path, as `mergeFindings` gives them. */
  findings: readonly Finding[];
  /** What a proposal would make of nodes and links. */
  marks?: Marks | undefined;
  /** Ids of blocks used lately, newest first. */
  recent?: readonly string[];
  /** A block was added here. */
  onUsed?: (block: string) => void;
  /** Enter or double-click on a node. */
  onInspect?: (node: NodeId) => void;
  onRun?: () => void;
  /** What the wheel does alone: pan (trackpads) or zoom (mice). */
  wheel?: "pan" | "zoom";
  /** Off for people who speak to their computer. */
  singleKeys?: boolean;
  /** Gets the canvas's few commands for buttons elsewhere on the page. */
  controls?: { current: CanvasControls | null };
}

export interface CanvasControls {
  /** Selects a node, brings it into view and puts the keyboard on it. */
  show(node: NodeId): void;
  /** Adds a block in the middle of what is shown; gives its node. */
  add(block: string): NodeId | null;
  fit(): void;
  zoomTo(zoom: number): void;
  tidy(): void;
}

const NO_RECENT: readonly string[] = [];
const UNMARKED: Marks = { nodes: new Map(), links: new Map() };

export function Canvas(props: CanvasProps) {
  const { editor, findings, onInspect, marks = UNMARKED } = props;
  const inspect = useRef(onInspect);
  inspect.current = onInspect;
  const parts = useMemo<CanvasParts>(() => {
    const ui = createCanvasUi();
    return {
      editor,
      ui,
      gestures: createGestures(editor, ui),
      onInspect: (node) => inspect.current?.(node),
    };
  }, [editor]);
  useEffect(() => {
    const byNode = new Map<NodeId, Finding[]>();
    for (const finding of findings) {
      if (finding.node === null) continue;
      byNode.set(finding.node, [...(byNode.get(finding.node) ?? []), finding]);
    }
    parts.ui.setState({ findings: byNode });
  }, [findings, parts]);
  useEffect(() => parts.ui.setState({ marks }), [marks, parts]);
  return (
    <CanvasContext value={parts}>
      <ReactFlowProvider>
        <Surface
          recent={props.recent ?? NO_RECENT}
          onUsed={props.onUsed}
          onRun={props.onRun}
          wheel={props.wheel ?? "pan"}
          singleKeys={props.singleKeys ?? true}
          controls={props.controls}
        />
      </ReactFlowProvider>
    </CanvasContext>
  );
}
