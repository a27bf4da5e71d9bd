// The edge between two regions: dragged, moved by arrow keys, or folded with Enter; remembers its place.
import { clsx } from "clsx";
import { type KeyboardEvent, type PointerEvent, useState } from "react";

export interface SplitSize {
  size: number;
  set: (size: number) => void;
}

/** A length kept for the next visit. */
export function useKeptSize(name: string, usual: number): SplitSize {
  const key = `luban-size-${name}`;
  const [size, setSize] = useState(() => {
    const kept = Number(localStorage.getItem(key) ?? Number.NaN);
    return Number.isFinite(kept) ? kept : usual;
  });
  return {
    size,
    set: (next) => {
      setSize(next);
      localStorage.setItem(key, String(next));
    },
  };
}

interface SplitProps {
  label: string;
  /** Where the region that gets the size lies, seen from the edge. */
  side: "left" | "right" | "below";
  split: SplitSize;
  least: number;
  most: number;
  usual: number;
  controls: string;
}

const STEP = 24;

export function Split({ label, side, split, least, most, usual, controls }: SplitProps) {
  const [from, setFrom] = useState<{ at: number; size: number } | null>(null);
  const flat = side === "below";
  const sign = side === "left" ? 1 : -1;
  // Pulled well below its least size, the region folds away.
  const within = (size: number) => (size < least / 2 ? 0 : Math.min(most, Math.max(least, size)));
  const along = (event: PointerEvent) => (flat ? event.clientY : event.clientX);
  const toggle = () => split.set(split.size === 0 ? usual : 0);
  const onKeyDown = (event: KeyboardEvent) => {
    const grow = side === "left" ? "ArrowRight" : side === "right" ? "ArrowLeft" : "ArrowUp";
    const shrink = side === "left" ? "ArrowLeft" : side === "right" ? "ArrowRight" : "ArrowDown";
    if (event.key === grow) split.set(Math.min(most, Math.max(least, split.size + STEP)));
    else if (event.key === shrink)
      split.set(split.size <= least ? 0 : Math.max(least, split.size - STEP));
    else if (event.key === "Enter") toggle();
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is not a rule
    <div
      role="separator"
      aria-label={label}
      aria-controls={controls}
      aria-orientation={flat ? "horizontal" : "vertical"}
      aria-valuenow={Math.round(split.size)}
      aria-valuemin={0}
      aria-valuemax={most}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onDoubleClick={toggle}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setFrom({ at: along(event), size: split.size });
      }}
      onPointerMove={(event) => {
        if (from) split.set(within(from.size + sign * (along(event) - from.at)));
      }}
      onPointerUp={() => setFrom(null)}
      onPointerCancel={() => setFrom(null)}
      className={clsx(
        "relative z-10 shrink-0 touch-none bg-line transition-colors hover:bg-accent focus-visible:bg-accent",
        "after:absolute",
        flat
          ? "h-px cursor-row-resize after:inset-x-0 after:-inset-y-1"
          : "w-px cursor-col-resize after:inset-y-0 after:-inset-x-1",
        from && "bg-accent",
      )}
    />
  );
}
