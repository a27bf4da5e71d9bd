/** Why two pins were not joined, beside where it was tried, and what would help. */

import { X } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { titleOf } from "@/editor";
import { useCanvas, useUi } from "./context";
import type { Refused } from "./ui-state";

const SHOWN_MS = 8000;

type Reason =
  | "unknown_node"
  | "unknown_pin"
  | "same_side_in"
  | "same_side_out"
  | "already_linked"
  | "self_link"
  | "only_tools"
  | "no_tools_here"
  | "tool_node_linked"
  | "type_mismatch";

export function RefusalNote() {
  const { editor, ui, gestures } = useCanvas();
  const refused = useUi((state) => state.refused);
  const { t, i18n } = useTranslation();
  useEffect(() => {
    if (!refused) return;
    const timer = setTimeout(() => ui.setState({ refused: null }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [refused, ui]);
  const params = useRefusalParams(refused);
  if (!refused) return null;
  const reason = (
    refused.reason === "same_side" ? `same_side_${refused.params.side}` : refused.reason
  ) as Reason;
  const converter = editor.blocks().find(refused.converter);
  return (
    <div
      className="lb-refused"
      style={{ left: refused.screen.x, top: refused.screen.y }}
      role="alert"
    >
      <span>{t(`canvas.refused.${reason}`, { node: "", from: "", to: "", ...params })}</span>
      {converter && (
        <button
          type="button"
          onClick={() => gestures.convert(refused.from, refused.to, converter.id)}
        >
          {t("canvas.addConverter", { block: titleOf(converter, i18n.language) })}
        </button>
      )}
      <button
        type="button"
        className="lb-refused-close"
        aria-label={t("canvas.dismiss")}
        onClick={() => ui.setState({ refused: null })}
      >
        <X size={13} aria-hidden />
      </button>
    </div>
  );
}

/** Kinds of pins in the person's words; everything else as it is. */
function useRefusalParams(refused: Refused | null): Record<string, string> {
  const { t } = useTranslation();
  if (refused?.reason !== "type_mismatch") return refused?.params ?? {};
  const word = (kind: string | undefined): string => t(`canvas.kind.${(kind ?? "any") as "any"}`);
  return { from: word(refused.params.from), to: word(refused.params.to) };
}
