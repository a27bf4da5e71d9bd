/** A sticky note: text on the canvas that never runs. */

import { type NodeProps, NodeResizer, type ResizeParams } from "@xyflow/react";
import { clsx } from "clsx";
import { type KeyboardEvent, memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCanvas, useEditorState } from "./context";
import type { CardNode } from "./flow";

export const NoteCard = memo(
  function NoteCard({ data: { view }, selected = false }: NodeProps<CardNode>) {
    const { editor } = useCanvas();
    const { t } = useTranslation();
    const [editing, setEditing] = useState(false);
    const focused = useEditorState(editor, ({ focus }) => focus === view.id);
    const text = String(view.node.with?.text ?? "");
    const resized = (_: unknown, { x, y, width, height }: ResizeParams): void => {
      editor.dispatch({ type: "resize", id: view.id, size: [width, height], at: [x, y] });
    };
    return (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and no meaning
      <div
        role="group"
        tabIndex={focused ? 0 : -1}
        aria-label={t("canvas.note", { text: text.slice(0, 60) })}
        data-node={view.id}
        onFocus={() => editor.focus(view.id)}
        className={clsx("lb-note", selected && "lb-selected")}
        onDoubleClick={(event) => {
          event.stopPropagation();
          setEditing(true);
        }}
      >
        {selected && <NodeResizer minWidth={120} minHeight={40} onResizeEnd={resized} />}
        {editing ? (
          <NoteField id={view.id} text={text} onDone={() => setEditing(false)} />
        ) : (
          <p className={clsx("lb-note-text", !text && "lb-note-empty")}>
            {text || t("canvas.noteEmpty")}
          </p>
        )}
      </div>
    );
  },
  (before, after) => before.data === after.data && before.selected === after.selected,
);

interface NoteFieldProps {
  id: string;
  text: string;
  onDone: () => void;
}

function NoteField({ id, text, onDone }: NoteFieldProps) {
  const { editor } = useCanvas();
  const { t } = useTranslation();
  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape") onDone();
  };
  return (
    <textarea
      ref={(field) => field?.focus()}
      aria-label={t("canvas.noteText")}
      className="nodrag nowheel nokey lb-note-field"
      defaultValue={text}
      onChange={(event) =>
        editor.dispatch({ type: "setField", id, name: "text", value: event.target.value })
      }
      onBlur={onDone}
      onKeyDown={onKey}
    />
  );
}
