// Short messages about things that finished elsewhere on the page; each may offer one way back.
import { create } from "zustand";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "ok" | "bad";
  action?: { label: string; run: () => void };
}

interface ToastState {
  toasts: Toast[];
}

export const useToasts = create<ToastState>(() => ({ toasts: [] }));

const PLAIN_MS = 5_000;
const UNDO_MS = 10_000;
const timers = new Map<number, number>();
let next = 1;

export function showToast(toast: Omit<Toast, "id">): number {
  const id = next++;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, { ...toast, id }] }));
  resumeToast(id);
  return id;
}

/** Stops the clock while someone reads or reaches for the button. */
export function holdToast(id: number): void {
  clearTimeout(timers.get(id));
}

export function resumeToast(id: number): void {
  const toast = useToasts.getState().toasts.find((each) => each.id === id);
  if (!toast) return;
  clearTimeout(timers.get(id));
  const wait = toast.action ? UNDO_MS : PLAIN_MS;
  timers.set(
    id,
    window.setTimeout(() => dismissToast(id), wait),
  );
}

export function dismissToast(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((each) => each.id !== id) }));
}
