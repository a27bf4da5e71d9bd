/** A node as a card: what it is, its pins, how its last step went and what it gave. */

import type { NodeProps } from "@xyflow/react";
import { clsx } from "clsx";
import { memo, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import type { Json, JsonSchema } from "@/api/types";
import {
  type Border,
  ERROR_PIN,
  type NodeView,
  type OutputSpec,
  type Pin,
  type PinSpot,
  type Point,
  rowCount,
  rowPins,
  TOOL_PIN,
  TOOL_SPOT,
  titleOf,
} from "@/editor";
import type { NodeLive } from "@/live/state";
import { useNodeLive } from "@/live/store";
import { choiceTitle, humanised } from "@/ui/choices";
import { brief } from "@/values/kind";
import { useCanvas, useEditorState, useUi } from "./context";
import { type CardNode, errorSpot, hasErrorCorner, offersTool } from "./flow";
import { NodeHeader } from "./NodeHeader";
import { NodePreview } from "./NodePreview";
import { pathOf } from "./names";
import { anchor, PinHandle } from "./PinHandle";
import type { Mark } from "./ui-state";

export const NodeCard = memo(
  function NodeCard({ data: { view }, selected = false }: NodeProps<CardNode>) {
    const { editor } = useCanvas();
    const path = useEditorState(editor, (state) => pathOf(state.path, view.id));
    const live = useNodeLive(path);
    const tier = useUi((ui) => ui.tier);
    const findings = useUi((ui) => ui.findings.get(path));
    const mark = useUi((ui) => ui.marks.nodes.get(view.id));
    const focused = useEditorState(editor, (state) => state.focus === view.id);
    const rover = useRover(view.id);
    const label = useNodeLabel(view, live, mark);
    const full = tier === "full" && !view.node.collapsed;
    const held = useUi((ui) => ui.loose !== null);
    const [near, setNear] = useState(false);
    const armed = near || held;
    const wrong = findings?.some((finding) => finding.severity === "error") ?? false;
    return (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and no meaning
      <div
        role="group"
        aria-label={label}
        tabIndex={rover ? 0 : -1}
        data-node={view.id}
        onFocus={() => editor.focus(view.id)}
        // At once: the press may follow before the next frame.
        onPointerEnter={() => flushSync(() => setNear(true))}
        onPointerLeave={() => setNear(false)}
        className={clsx(
          "lb-card",
          `lb-${live?.status ?? "idle"}`,
          selected && "lb-selected",
          focused && "lb-focused",
          wrong && "lb-wrong",
          view.node.disabled && "lb-disabled",
          view.node.body && "lb-body",
          view.linkedOutputs.has(TOOL_PIN.name) && "lb-tool",
          mark && `lb-mark-${mark}`,
        )}
      >
        <NodeHeader view={view} live={live} findings={findings} />
        {full && <PinRows view={view} />}
        {full && <NodePreview view={view} live={live} findings={findings} />}
        {tier === "full" ? (
          <Pins view={view} armed={armed} offered={armed || selected} />
        ) : (
          <Anchors view={view} />
        )}
        {live?.progress?.total ? (
          <span
            className="lb-progress"
            style={{ width: `${(100 * (live.progress.done ?? 0)) / live.progress.total}%` }}
          />
        ) : null}
      </div>
    );
  },
  (before, after) => before.data === after.data && before.selected === after.selected,
);

/** Whether Tab comes to this node: the focused one, else the first. */
function useRover(id: string): boolean {
  const { editor } = useCanvas();
  return useEditorState(editor, ({ focus }) => (focus ?? editor.view().nodes[0]?.id) === id);
}

function useNodeLabel(view: NodeView, live: NodeLive | undefined, mark: Mark | undefined): string {
  const { t, i18n } = useTranslation();
  const title = view.node.title || titleOf(view.spec ?? { id: view.id }, i18n.language);
  const status = live && live.status !== "idle" ? t(`status.${live.status}`) : "";
  const off = view.node.disabled ? t("canvas.disabled") : "";
  const marked = mark ? t(`canvas.mark.${mark}`) : "";
  const tool = view.linkedOutputs.has(TOOL_PIN.name) ? t("canvas.isTool") : "";
  return [title, tool, status, off, marked].filter(Boolean).join(", ");
}

function PinRows({ view }: { view: NodeView }) {
  const [inputs, outputs] = [rowPins(view.pins.inputs), rowPins(view.pins.outputs)];
  return (
    <div className="lb-rows">
      {Array.from({ length: rowCount(view.pins) }, (_, index) => {
        const [input, output] = [inputs[index], outputs[index]];
        return (
          <div key={`${input?.name ?? ""}>${output?.name ?? ""}`} className="lb-row">
            {input && <InputLabel view={view} pin={input} />}
            {output && <PinTitle pin={output} className="lb-out" />}
          </div>
        );
      })}
    </div>
  );
}

function InputLabel({ view, pin }: { view: NodeView; pin: Pin }) {
  const { i18n } = useTranslation();
  const value = view.node.with?.[pin.name];
  const linked = view.linkedInputs.has(pin.name);
  const missing =
    pin.required &&
    !linked &&
    !view.linkedOutputs.has(TOOL_PIN.name) &&
    (value === undefined || value === "") &&
    pin.default == null;
  return (
    <span className="lb-in">
      <PinTitle pin={pin} className={clsx("lb-name", missing && "lb-missing")} />
      {!linked && value !== undefined && (
        <span className="lb-value">
          {pin.secret ? "••••" : said(pin, value as Json, i18n.language)}
        </span>
      )}
    </span>
  );
}

/** A set value on the card: a choice by its title, anything else cut short. */
function said(pin: Pin, value: Json, language: string): string {
  const { enum: choices } = pin.schema as JsonSchema;
  if (!choices) return brief(value, 40);
  return choiceTitle(pin.schema, value, language) ?? humanised(brief(value, 40));
}

function PinTitle({ pin, className }: { pin: Pin; className: string }) {
  const { i18n } = useTranslation();
  return <span className={className}>{titleOf(pin, i18n.language)}</span>;
}

interface PinsProps {
  view: NodeView;
  armed: boolean;
  /** Whether the pins for failures and for tools are offered. */
  offered: boolean;
}

function Pins({ view, armed, offered }: PinsProps) {
  const pins = [...view.pins.inputs, ...view.pins.outputs];
  return (
    <>
      {pins.map((pin, index) => {
        const spot = view.spots[index];
        return (
          spot && (
            <PinHandle
              key={`${pin.side} ${pin.name}`}
              node={view.id}
              pin={pin}
              armed={armed}
              at={spot}
              border={spot.border}
              linked={(pin.side === "in" ? view.linkedInputs : view.linkedOutputs).has(pin.name)}
            />
          )
        );
      })}
      <ToolLabels view={view} />
      {offersTool(view) && (
        <Corner {...{ view, armed, offered }} pin={TOOL_CORNER} at={TOOL_SPOT} border="top" />
      )}
      {hasErrorCorner(view) && (
        <Corner
          {...{ view, armed, offered }}
          pin={ERROR_CORNER}
          at={errorSpot(view)}
          border="right"
        />
      )}
    </>
  );
}

interface CornerProps extends PinsProps {
  pin: Pin;
  at: Point;
  border: Border;
}

/** A pin that shows itself at need; the library must know its place from the beginning to pull links from it. */
function Corner({ view, armed, offered, pin, at, border }: CornerProps) {
  if (!offered) return <Anchor side={pin.side} name={pin.name} {...at} border={border} />;
  return <PinHandle node={view.id} {...{ pin, at, border, armed }} linked={false} corner />;
}

/** Pins on the lower border have no row to be named in. */
function ToolLabels({ view }: { view: NodeView }) {
  const { i18n } = useTranslation();
  return view.spots.flatMap((spot, index) => {
    const pin = view.pins.inputs[index];
    if (spot.border !== "bottom" || !pin) return [];
    return (
      <span key={pin.name} className="lb-tool-label" style={{ left: spot.x, top: spot.y }}>
        {titleOf(pin, i18n.language)}
      </span>
    );
  });
}

/** The ends of links where pins are too small to be of use. */
function Anchors({ view }: { view: NodeView }) {
  return view.spots.map((spot) => <Anchor key={`${spot.side} ${spot.name}`} {...spot} />);
}

function Anchor({ side, name, x, y, border }: PinSpot) {
  const { className, ...data } = anchor(side, name, border);
  return <i {...data} className={clsx("lb-anchor", className)} style={{ left: x, top: y }} />;
}

const cornerPin = ({
  name,
  kind,
  title,
  title_zh,
  description,
  description_zh,
}: OutputSpec): Pin => ({
  name,
  side: "out",
  kind,
  item: null,
  title: title ?? "",
  title_zh: title_zh ?? "",
  description: description ?? "",
  description_zh: description_zh ?? "",
  required: false,
  secret: false,
  advanced: false,
  gather: false,
  hidden: false,
  main: false,
  schema: {},
  default: undefined,
  unknown: false,
});

const ERROR_CORNER = cornerPin(ERROR_PIN);
const TOOL_CORNER = cornerPin(TOOL_PIN);
