/** Keys and the clipboard while the canvas has the keyboard. */

import { type KeyboardEvent, useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import {
  type Direction,
  type Editor,
  NOTE_BLOCK,
  neighbour,
  type Point,
  topological,
} from "@/editor";
import { isImeKey } from "@/ui/ime";
import type { CameraMoves } from "./camera";
import { beginConnect, stepConnect } from "./connect-mode";
import { useCanvas } from "./context";
import { actionOf, isTyping, type KeyAction } from "./keys";
import { useLabelText } from "./label-text";
import { say } from "./ui-state";

interface KeyParts {
  root: () => HTMLElement | null;
  moves: CameraMoves;
  singleKeys: boolean;
  onRun?: (() => void) | undefined;
  onTidy: () => void;
  /** Where the pointer is, in both measures; the middle if it is elsewhere. */
  pointer: () => { screen: Point; flow: Point };
}

type Actions = Record<KeyAction, () => void>;

export function useKeys(
  parts: KeyParts,
): (event: KeyboardEvent | globalThis.KeyboardEvent) => void {
  const actions = useActions(parts);
  const { editor, ui, gestures } = useCanvas();
  const latest = useRef({ actions, parts });
  latest.current = { actions, parts };

  const onKey = useCallback(
    (event: KeyboardEvent | globalThis.KeyboardEvent) => {
      if (isImeKey(event) || isTyping(event.target) || event.defaultPrevented) return;
      const { loose } = ui.getState();
      if (loose?.how === "keys" && event.key.startsWith("Arrow")) {
        event.preventDefault();
        ui.setState({ loose: stepConnect(editor, loose, event.key) });
        return;
      }
      if (loose?.how === "keys" && event.key === "Enter") {
        event.preventDefault();
        if (loose.aim) gestures.join(loose.end, loose.aim, latest.current.parts.pointer().screen);
        return;
      }
      const action = actionOf(event, latest.current.parts.singleKeys);
      if (!action) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current.actions[action]();
    },
    [editor, ui, gestures],
  );

  // With nothing focused the keys still belong to the canvas; a dialog or a field keeps them.
  useEffect(() => {
    const onBody = (event: globalThis.KeyboardEvent): void => {
      if (event.target === document.body) onKey(event);
    };
    document.addEventListener("keydown", onBody);
    return () => document.removeEventListener("keydown", onBody);
  }, [onKey]);
  useClipboard(parts);
  return onKey;
}

function useActions({ moves, onRun, onTidy, pointer, root }: KeyParts): Actions {
  const { editor, ui, gestures, onInspect } = useCanvas();
  const { t } = useTranslation();
  const labelText = useLabelText();
  const current = (): string | null => {
    const { focus, selection } = editor.getState();
    return focus ?? [...selection.nodes][0] ?? null;
  };
  const onCurrent = (call: (id: string) => void): void => {
    const id = current();
    if (id !== null) call(id);
  };
  const go = (way: Direction) => () => goTo(editor, way, moves, root());
  const nudge = (dx: number, dy: number) => () => {
    gestures.nudge(dx, dy);
    onCurrent((id) => {
      const box = editor.view().byId.get(id)?.box;
      if (box) say(ui, t("canvas.said.moved", { x: box.x, y: box.y }));
    });
  };
  return {
    undo: () => {
      const label = editor.undo();
      if (label) say(ui, t("canvas.said.undone", { what: labelText(label) }));
    },
    redo: () => {
      const label = editor.redo();
      if (label) say(ui, t("canvas.said.redone", { what: labelText(label) }));
    },
    duplicate: () => gestures.duplicate(),
    selectAll: () => {
      editor.select(editor.graph().nodeOrder);
      say(ui, t("canvas.said.selected", { count: editor.getState().selection.nodes.size }));
    },
    delete: () => gestures.remove(false),
    deleteReconnect: () => gestures.remove(true),
    leave: () => leave(editor, ui),
    quickAdd: () => ui.setState({ quickAdd: pointer() }),
    connect: () =>
      onCurrent((id) => {
        const loose = beginConnect(editor, id);
        if (loose) ui.setState({ loose, refused: null });
      }),
    inspect: () => onCurrent(onInspect),
    rename: () => onCurrent((id) => ui.setState({ renaming: id })),
    disable: () => gestures.toggleDisabled(),
    run: () => onRun?.(),
    zoomReset: () => moves.zoomTo(1),
    fit: () => moves.fit(),
    fitSelection: () => moves.fit(editor.getState().selection.nodes),
    zoomIn: () => moves.zoomBy(1.25),
    zoomOut: () => moves.zoomBy(1 / 1.25),
    tidy: onTidy,
    note: () => {
      const spec = editor.blocks().find(NOTE_BLOCK);
      if (spec) gestures.addBlock(spec, pointer().flow);
    },
    goLeft: go("left"),
    goRight: go("right"),
    goUp: go("up"),
    goDown: go("down"),
    nudgeLeft: nudge(-10, 0),
    nudgeRight: nudge(10, 0),
    nudgeUp: nudge(0, -10),
    nudgeDown: nudge(0, 10),
    nudgeFineLeft: nudge(-1, 0),
    nudgeFineRight: nudge(1, 0),
    nudgeFineUp: nudge(0, -1),
    nudgeFineDown: nudge(0, 1),
  };
}

/** Escape takes one thing back at a time: what is open, then the selection, then the body. */
function leave(editor: Editor, ui: ReturnType<typeof useCanvas>["ui"]): void {
  const { loose, refused, quickAdd } = ui.getState();
  const { selection, path } = editor.getState();
  if (loose || refused || quickAdd) ui.setState({ loose: null, refused: null, quickAdd: null });
  else if (selection.nodes.size > 0 || selection.links.size > 0) editor.select([]);
  else if (path.length > 0) editor.open(path.slice(0, -1));
}

function goTo(editor: Editor, way: Direction, moves: CameraMoves, root: HTMLElement | null): void {
  const { focus, selection } = editor.getState();
  const from = focus ?? [...selection.nodes][0];
  const next =
    from === undefined ? topological(editor.graph())[0] : neighbour(editor.view(), from, way);
  if (!next) return;
  editor.focus(next);
  editor.select([next]);
  moves.reveal(next);
  focusNode(root, next);
}

const LAST_TRY = 8;

/** Puts the keyboard on a node's card, waiting a few frames for it to be drawn. */
export function focusNode(root: HTMLElement | null, id: string, tries = 0): void {
  const card = root?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`);
  if (card) card.focus({ preventScroll: true });
  else if (tries < LAST_TRY) requestAnimationFrame(() => focusNode(root, id, tries + 1));
}

/** Copy, cut and paste as the system does them, so that no permission is needed. */
function useClipboard({ root, pointer }: KeyParts): void {
  const { ui, gestures } = useCanvas();
  const { t } = useTranslation();
  const latest = useRef({ root, pointer, t });
  latest.current = { root, pointer, t };
  useEffect(() => {
    const ours = (event: ClipboardEvent): boolean => {
      const at = document.activeElement;
      const inside = at === document.body || (latest.current.root()?.contains(at) ?? false);
      return inside && !isTyping(event.target) && !isTyping(at);
    };
    const take = (event: ClipboardEvent, text: string | null): void => {
      if (text === null || !event.clipboardData) return;
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      const count = Object.keys(JSON.parse(text).nodes).length;
      say(ui, latest.current.t("canvas.said.copied", { count }));
    };
    const onCopy = (event: ClipboardEvent): void => {
      if (ours(event) && document.getSelection()?.isCollapsed !== false)
        take(event, gestures.copy());
    };
    const onCut = (event: ClipboardEvent): void => {
      if (ours(event)) take(event, gestures.cut());
    };
    const onPaste = (event: ClipboardEvent): void => {
      if (!ours(event)) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (gestures.paste(text, latest.current.pointer().flow)) event.preventDefault();
      else say(ui, latest.current.t("canvas.said.notPasted"));
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCut);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCut);
      document.removeEventListener("paste", onPaste);
    };
  }, [ui, gestures]);
}
