/** Which graph is open when it is not the outermost, and the way back out. */

import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { findGraph } from "@/editor";
import { useCanvas, useEditorState } from "./context";

export function Breadcrumb() {
  const { editor } = useCanvas();
  const { t } = useTranslation();
  const path = useEditorState(editor, (state) => state.path);
  if (path.length === 0) return null;
  const { doc } = editor.getState();
  const titleAt = (depth: number): string => {
    const id = path[depth - 1] ?? "";
    return findGraph(doc, path.slice(0, depth - 1))?.nodes[id]?.title || id;
  };
  return (
    <nav className="lb-path" aria-label={t("canvas.path")}>
      <button type="button" onClick={() => editor.open([])}>
        {t("canvas.outermost")}
      </button>
      {path.map((id, index) => (
        <span key={path.slice(0, index + 1).join("/")}>
          <ChevronRight size={13} aria-hidden />
          <button
            type="button"
            aria-current={index === path.length - 1 ? "location" : undefined}
            onClick={() => editor.open(path.slice(0, index + 1))}
          >
            {titleAt(index + 1) || id}
          </button>
        </span>
      ))}
    </nav>
  );
}
