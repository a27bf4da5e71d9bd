/** Which keys do what on the canvas, as data; the page shows the same table as a sheet. */

export type KeyAction =
  | "undo"
  | "redo"
  | "duplicate"
  | "selectAll"
  | "delete"
  | "deleteReconnect"
  | "leave"
  | "quickAdd"
  | "connect"
  | "inspect"
  | "rename"
  | "disable"
  | "run"
  | "zoomReset"
  | "fit"
  | "fitSelection"
  | "zoomIn"
  | "zoomOut"
  | "tidy"
  | "note"
  | "goLeft"
  | "goRight"
  | "goUp"
  | "goDown"
  | "nudgeLeft"
  | "nudgeRight"
  | "nudgeUp"
  | "nudgeDown"
  | "nudgeFineLeft"
  | "nudgeFineRight"
  | "nudgeFineUp"
  | "nudgeFineDown";

/** `Mod` is Ctrl, on a Mac also Command. Letters are in upper case whatever the layout's shift state. */
export const KEYS: Record<string, KeyAction> = {
  "Mod+Z": "undo",
  "Mod+Shift+Z": "redo",
  "Mod+Y": "redo",
  "Mod+D": "duplicate",
  "Mod+A": "selectAll",
  Delete: "delete",
  Backspace: "delete",
  "Mod+Delete": "deleteReconnect",
  Escape: "leave",
  N: "quickAdd",
  "/": "quickAdd",
  C: "connect",
  Enter: "inspect",
  F2: "rename",
  D: "disable",
  "Mod+Enter": "run",
  "0": "zoomReset",
  "1": "fit",
  "2": "fitSelection",
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  "Shift+Alt+T": "tidy",
  "Shift+S": "note",
  ArrowLeft: "goLeft",
  ArrowRight: "goRight",
  ArrowUp: "goUp",
  ArrowDown: "goDown",
  "Alt+ArrowLeft": "nudgeLeft",
  "Alt+ArrowRight": "nudgeRight",
  "Alt+ArrowUp": "nudgeUp",
  "Alt+ArrowDown": "nudgeDown",
  "Shift+Alt+ArrowLeft": "nudgeFineLeft",
  "Shift+Alt+ArrowRight": "nudgeFineRight",
  "Shift+Alt+ArrowUp": "nudgeFineUp",
  "Shift+Alt+ArrowDown": "nudgeFineDown",
};

export interface KeyLike {
  key: string;
  code?: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** The name of a key press as in `KEYS`. With Alt, some systems give another letter; the key's place decides then. */
export function keyName(event: KeyLike): string {
  const place =
    event.altKey && /^Key[A-Z]$/.test(event.code ?? "") ? event.code?.slice(3) : undefined;
  const key = place ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  const sign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  const parts = [
    (event.ctrlKey || event.metaKey) && "Mod",
    // "+" needs Shift on some layouts and not on others.
    event.shiftKey && !sign && "Shift",
    event.altKey && "Alt",
    key,
  ];
  return parts.filter(Boolean).join("+");
}

const SINGLE = /^[A-Z0-9/+=-]$/;

/** The action of a key press; single keys can be switched off for those who speak to their computer. */
export function actionOf(event: KeyLike, singleKeys: boolean): KeyAction | undefined {
  const name = keyName(event);
  return !singleKeys && SINGLE.test(name) ? undefined : KEYS[name];
}

/** Whether somebody is typing into the element an event came from. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest("input, textarea, select, [role=dialog], [role=menu]") !== null);
