/** A link: a curve in the colour of what it carries, moving while values flow, with a "+" in its middle. */

import { BaseEdge, type EdgeProps } from "@xyflow/react";
import { clsx } from "clsx";
import { memo, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { printLink } from "@/editor";
import { useNodeLive } from "@/live/store";
import { useCanvas, useEditorState, useUi } from "./context";
import { curveBetween, curvePath, pointOn, toolCurve } from "./curve";
import { type LinkEdge, PIN_TARGET } from "./flow";
import { pathOf } from "./names";
import type { Mark } from "./ui-state";

const INSET = PIN_TARGET / 2;
const FLOW_MS = 900;

export const LinkLine = memo(function LinkLine(props: EdgeProps<LinkEdge>) {
  const { sourceX, sourceY, targetX, targetY, data, selected } = props;
  const tier = useUi((ui) => ui.tier);
  const text = data ? printLink(data.view.from, data.view.to) : "";
  const mark = useUi((ui) => ui.marks.links.get(text));
  const hovered = useUi((ui) => ui.hoveredLink === props.id);
  // The library ends links at the pin's target area; the drawn pin is in its middle.
  const tool = data?.view.tool ?? false;
  const curve = tool
    ? toolCurve({ x: sourceX, y: sourceY + INSET }, { x: targetX, y: targetY - INSET })
    : curveBetween({ x: sourceX - INSET, y: sourceY }, { x: targetX + INSET, y: targetY });
  const kind = data?.view.kind ?? "any";
  return (
    <>
      <BaseEdge
        path={curvePath(curve)}
        interactionWidth={tier === "full" ? 18 : 0}
        className={clsx(
          "lb-link",
          selected && "lb-link-selected",
          tool && "lb-link-tool",
          data?.view.broken && "lb-link-broken",
          mark && `lb-link-mark-${mark}`,
        )}
        style={{ stroke: strokeOf(kind, data?.view.broken, mark) }}
      />
      {data && !tool && tier === "full" && (
        <Flow node={data.view.from.node} pin={data.view.from.pin} path={curvePath(curve)} />
      )}
      {!tool && (hovered || selected) && tier === "full" && (
        <Insert link={props.id} at={pointOn(curve, 0.5)} />
      )}
    </>
  );
});

const MARKED: Partial<Record<Mark, string>> = {
  added: "var(--ok)",
  removed: "var(--bad)",
  changed: "var(--warn)",
};

const strokeOf = (kind: string, broken: boolean | undefined, mark: Mark | undefined): string =>
  (mark && MARKED[mark]) ?? (broken ? "var(--bad)" : `var(--kind-${kind})`);

interface FlowProps {
  node: string;
  pin: string;
  path: string;
}

/** Dashes that run along the link for a moment after its source gave something. */
function Flow({ node, pin, path }: FlowProps) {
  const { editor } = useCanvas();
  const name = useEditorState(editor, (state) => pathOf(state.path, node));
  const live = useNodeLive(name);
  const value = live?.outputs[pin] ?? live?.deltas[pin];
  const given = live && value !== undefined ? live.completed + (live.deltas[pin]?.length ?? 0) : 0;
  const [flowing, setFlowing] = useState(false);
  useEffect(() => {
    if (given === 0) return;
    setFlowing(true);
    const timer = setTimeout(() => setFlowing(false), FLOW_MS);
    return () => clearTimeout(timer);
  }, [given]);
  return flowing ? <path d={path} className="lb-flow" /> : null;
}

/** Opens the palette for a block to go into the middle of the link. */
function Insert({ link, at }: { link: string; at: { x: number; y: number } }) {
  const { ui } = useCanvas();
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/useSemanticElements: it stands inside the drawing, where there are no buttons
    <g
      role="button"
      tabIndex={-1}
      aria-label={t("canvas.insertOnLink")}
      className="lb-insert"
      transform={`translate(${at.x} ${at.y})`}
      onClick={(event) => {
        event.stopPropagation();
        const bounds = event.currentTarget.closest(".react-flow")?.getBoundingClientRect();
        const screen = {
          x: event.clientX - (bounds?.left ?? 0),
          y: event.clientY - (bounds?.top ?? 0),
        };
        ui.setState({ quickAdd: { screen, flow: at, splice: link } });
      }}
      onKeyDown={() => {}}
    >
      <circle r={12} className="lb-insert-area" />
      <circle r={9} />
      <path d="M-4 0h8M0-4v8" className="lb-insert-cross" />
    </g>
  );
}
