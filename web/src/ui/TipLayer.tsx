// One tip for the whole document: any element with data-tip gets it on hover and on keyboard focus.
import { useEffect, useRef, useState } from "react";

interface Tip {
  text: string;
  anchor: Element;
}

const DELAY_MS = 450;
const GAP = 6;

function place(box: HTMLElement, anchor: Element): void {
  const at = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const side = anchor.getAttribute("data-tip-side") ?? "bottom";
  let left = at.left + at.width / 2 - size.width / 2;
  let top = at.bottom + GAP;
  if (side === "right") {
    left = at.right + GAP;
    top = at.top + at.height / 2 - size.height / 2;
  } else if (side === "top" || top + size.height > innerHeight - 4) {
    top = at.top - size.height - GAP;
  }
  box.style.left = `${Math.max(4, Math.min(left, innerWidth - size.width - 4))}px`;
  box.style.top = `${Math.max(4, top)}px`;
}

export function TipLayer() {
  const [tip, setTip] = useState<Tip | null>(null);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer = 0;
    const hide = () => {
      clearTimeout(timer);
      setTip(null);
    };
    const show = (event: Event, wait: number) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target && box.current?.contains(target)) return clearTimeout(timer);
      const anchor = target?.closest("[data-tip]");
      const text = anchor?.getAttribute("data-tip");
      clearTimeout(timer);
      if (!anchor || !text) {
        // A moment of grace lets the pointer travel onto the tip itself.
        timer = window.setTimeout(() => setTip(null), 120);
        return;
      }
      timer = window.setTimeout(() => setTip({ anchor, text }), wait);
    };
    const over = (event: PointerEvent) => {
      if (event.pointerType !== "touch") show(event, DELAY_MS);
    };
    const focus = (event: FocusEvent) => {
      if (event.target instanceof Element && event.target.matches(":focus-visible")) show(event, 0);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape") hide();
    };
    document.addEventListener("pointerover", over);
    document.addEventListener("pointerdown", hide, true);
    document.addEventListener("focusin", focus);
    document.addEventListener("focusout", hide);
    document.addEventListener("keydown", key, true);
    document.addEventListener("scroll", hide, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("pointerover", over);
      document.removeEventListener("pointerdown", hide, true);
      document.removeEventListener("focusin", focus);
      document.removeEventListener("focusout", hide);
      document.removeEventListener("keydown", key, true);
      document.removeEventListener("scroll", hide, true);
    };
  }, []);

  useEffect(() => {
    if (!tip || !box.current) return;
    if (!tip.anchor.isConnected) return setTip(null);
    box.current.showPopover?.();
    place(box.current, tip.anchor);
  }, [tip]);

  if (!tip) return null;
  return (
    <div
      ref={box}
      popover="manual"
      role="tooltip"
      className="fixed inset-auto m-0 max-w-72 rounded-control bg-fg px-2 py-1 text-xs whitespace-pre-line text-bg shadow-float"
    >
      {tip.text}
    </div>
  );
}
