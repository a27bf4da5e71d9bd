/** Says what the canvas waits for while one end of a link is loose, and tells screen readers what happened. */

import { useTranslation } from "react-i18next";
import type { PinRef } from "@/editor";
import { useCanvas, useUi } from "./context";

const text = (pin: PinRef): string => `${pin.node}.${pin.pin}`;

export function ModeBar() {
  const { t } = useTranslation();
  const loose = useUi((ui) => ui.loose);
  const said = useUi((ui) => ui.said);
  const { ui } = useCanvas();
  let mode = "";
  if (loose?.how === "tap") mode = t("canvas.modeTap");
  if (loose?.how === "keys") {
    mode = loose.aim
      ? t("canvas.modeKeys", { from: text(loose.end), to: text(loose.aim) })
      : t("canvas.modeKeysNone", { from: text(loose.end) });
  }
  return (
    <>
      {mode && (
        <button type="button" className="lb-mode" onClick={() => ui.setState({ loose: null })}>
          {mode}
        </button>
      )}
      <div className="sr-only" role="status" aria-live="polite">
        {mode || <span key={said.number}>{said.text}</span>}
      </div>
    </>
  );
}
