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
    const said = message || live.error.message;
    return <Peek look="lb-peek-bad" text={said.replaceAll("`", "")} />;
  }
  const output = lastOutput(view, live);
  if (output !== undefined) return <Peek text={brief(output, MOST_LETTERS)} />;
  const wrong = findings?.find((finding) => finding.severity === "error") ?? findings?.[0];
  if (wrong) {
    const look = wrong.severity === "error" ? "lb-peek-bad" : "lb-peek-warn";
    return <Peek look={look} text={textOf(wrong)} />;
  }
  if (view.node.body) {
    const count = view.node.body.nodeOrder.length;
    return <Peek look="lb-peek-quiet" text={t("canvas.bodyHolds", { count })} />;
  }
  const preset = view.spec?.role === "input" ? view.node.with?.value : undefined;
  if (preset !== undefined && preset !== null && preset !== "") {
    return <Peek text={brief(preset as Json, MOST_LETTERS)} />;
  }
  const about = view.node.note || firstLine(descriptionOf(view.spec ?? {}, i18n.language));
  return about ? <Peek look="lb-peek-quiet" text={about} /> : null;
}

/** Two lines in a box; the text clips inside the box's padding. */
function Peek({ text, look = "" }: { text: string; look?: string }) {
  return (
    <p className={`lb-peek ${look}`}>
      <span>{text}</span>
    </p>
  );
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
