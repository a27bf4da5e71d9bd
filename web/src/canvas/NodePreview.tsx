/** The box at the foot of a card: the error, else the last output, else what is wrong, else what the block does. */

import { useTranslation } from "react-i18next";
import type { Json } from "@/api/types";
import { descriptionOf, type Finding, type NodeView } from "@/editor";
import type { NodeLive } from "@/live/state";
import { brief } from "@/values/kind";
import { useFindingText } from "./finding-text";

interface NodePreviewProps {
  view: NodeView;
  live: NodeLive | undefined;
  findings: readonly Finding[] | undefined;
}

const MOST_LETTERS = 140;

export function NodePreview({ view, live, findings }: NodePreviewProps) {
  const { t, i18n } = useTranslation();
  const textOf = useFindingText();
  const zh = i18n.language.startsWith("zh");
  if (live?.error && live.status === "failed") {
    const message = zh ? live.error.message_zh : live.error.message;
    return <p className="lb-peek lb-peek-bad">{message || live.error.message}</p>;
  }
  const output = lastOutput(view, live);
  if (output !== undefined) return <p className="lb-peek">{brief(output, MOST_LETTERS)}</p>;
  const wrong = findings?.find((finding) => finding.severity === "error") ?? findings?.[0];
  if (wrong) {
    return (
      <p className={wrong.severity === "error" ? "lb-peek lb-peek-bad" : "lb-peek lb-peek-warn"}>
        {textOf(wrong)}
      </p>
    );
  }
  if (view.node.body) {
    const count = view.node.body.nodeOrder.length;
    return <p className="lb-peek lb-peek-quiet">{t("canvas.bodyHolds", { count })}</p>;
  }
  const preset = view.spec?.role === "input" ? view.node.with?.value : undefined;
  if (preset !== undefined && preset !== null && preset !== "") {
    return <p className="lb-peek">{brief(preset as Json, MOST_LETTERS)}</p>;
  }
  const about = view.node.note || firstLine(descriptionOf(view.spec ?? {}, i18n.language));
  return about ? <p className="lb-peek lb-peek-quiet">{about}</p> : null;
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";

/** Text still arriving comes before the last whole value; the main pin before the others. */
function lastOutput(view: NodeView, live: NodeLive | undefined): Json | undefined {
  if (!live) return undefined;
  const arriving = Object.values(live.deltas)[0];
  if (arriving) return arriving.slice(-MOST_LETTERS);
  const main = view.pins.outputs.find((pin) => pin.main && pin.name in live.outputs);
  return live.outputs[main?.name ?? ""] ?? Object.values(live.outputs)[0];
}
