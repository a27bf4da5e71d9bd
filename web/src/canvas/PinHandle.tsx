/** One pin on a node's border: to drag from, to tap, and to see whether it takes what is in the hand. */

import { Handle } from "@xyflow/react";
import { clsx } from "clsx";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import {
  type Border,
  canJoin,
  descriptionOf,
  isToolPin,
  type Pin,
  type PinRef,
  type Point,
  titleOf,
} from "@/editor";
import { useCanvas, useUi } from "./context";
import { handleId, POSITIONS } from "./flow";
import { PinMark } from "./PinMark";
import { samePin } from "./ui-state";

const PLACES = { left: "in", right: "out", top: "top", bottom: "bottom" } as const;
const TYPES = { in: "target", out: "source" } as const;

/** What the library looks for when it measures a node: without these, links would lose their ends. */
export const anchor = (side: "in" | "out", pin: string, border: Border) => ({
  className: TYPES[side],
  "data-handleid": handleId(side, pin),
  "data-handlepos": POSITIONS[border],
});

interface PinHandleProps {
  node: string;
  pin: Pin;
  linked: boolean;
  /** Places the pin on its border, in pixels from the node's upper left corner. */
  at: Point;
  border: Border;
  /** The library's own handle listens to every move of the canvas: only pins in use are one. */
  armed: boolean;
  /** The pin for failures waits in a corner until somebody needs it. */
  corner?: boolean;
}

export function PinHandle({
  node,
  pin,
  linked,
  at,
  border,
  armed,
  corner = false,
}: PinHandleProps) {
  const { editor, ui, gestures } = useCanvas();
  const { t, i18n } = useTranslation();
  const loose = useUi((state) => state.loose);
  const self: PinRef = { node, pin: pin.name, side: pin.side };
  const held = loose !== null && samePin(loose.end, self);
  const fits =
    loose !== null && !held && canJoin(editor.graph(), editor.blocks(), loose.end, self).ok;
  const aimed = loose !== null && samePin(loose.aim, self);

  const tap = (event: MouseEvent): void => {
    event.stopPropagation();
    const now = ui.getState().loose;
    const bounds = event.currentTarget.closest(".react-flow")?.getBoundingClientRect();
    const screen = {
      x: event.clientX - (bounds?.left ?? 0),
      y: event.clientY - (bounds?.top ?? 0),
    };
    if (now && samePin(now.end, self)) ui.setState({ loose: null });
    else if (now) gestures.join(now.end, self, screen);
    else ui.setState({ loose: { end: self, how: "tap" }, refused: null });
  };

  const title = titleOf(pin, i18n.language);
  const kind = t(`canvas.kind.${pin.kind}`);
  const type = pin.item ? t("canvas.listOf", { kind: t(`canvas.kind.${pin.item}`) }) : kind;
  const need = pin.required ? t("canvas.required") : "";
  const tip = [`${title} · ${type}${need && ` · ${need}`}`, descriptionOf(pin, i18n.language)];
  const shared = {
    role: "button",
    tabIndex: -1,
    "aria-label": t(pin.side === "in" ? "canvas.inputPin" : "canvas.outputPin", {
      pin: title,
      type,
    }),
    "data-tip": loose ? undefined : tip.filter(Boolean).join("\n"),
    "data-tip-side": "top",
    onClick: tap,
    style: border === "left" || border === "right" ? { top: at.y } : { top: at.y, left: at.x },
    className: clsx(
      `lb-pin lb-pin-${PLACES[border]}`,
      corner && "lb-pin-corner",
      loose && (held || fits ? "lb-pin-fits" : "lb-pin-dim"),
      (held || aimed) && "lb-pin-held",
      pin.unknown && "lb-pin-unknown",
    ),
  } as const;
  const mark = <PinMark kind={isToolPin(pin) ? "tool" : pin.kind} linked={linked} />;
  const id = handleId(pin.side, pin.name);
  if (!armed) {
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: its role comes with what both kinds share
      <div
        {...shared}
        {...anchor(pin.side, pin.name, border)}
        className={clsx(shared.className, TYPES[pin.side])}
        data-nodeid={node}
        onKeyDown={() => {}}
      >
        {mark}
      </div>
    );
  }
  return (
    <Handle {...shared} id={id} type={TYPES[pin.side]} position={POSITIONS[border]}>
      {mark}
    </Handle>
  );
}
