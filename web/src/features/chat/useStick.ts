// Keeps the end of a growing text in sight, until its reader scrolls away from it.
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

const NEAR = 48;

interface Stick {
  box: RefObject<HTMLDivElement | null>;
  inner: RefObject<HTMLDivElement | null>;
  /** Whether the reader is elsewhere. */
  away: boolean;
  toEnd: () => void;
}

export function useStick(): Stick {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [away, setAway] = useState(false);
  const toEnd = useCallback(() => {
    stuck.current = true;
    setAway(false);
    const scrolled = box.current;
    if (scrolled) scrolled.scrollTop = scrolled.scrollHeight;
  }, []);
  useEffect(() => {
    const [scrolled, grown] = [box.current, inner.current];
    if (!scrolled || !grown) return;
    const onScroll = () => {
      const left = scrolled.scrollHeight - scrolled.scrollTop - scrolled.clientHeight;
      stuck.current = left < NEAR;
      setAway(!stuck.current);
    };
    const watched = new ResizeObserver(() => {
      if (stuck.current) scrolled.scrollTop = scrolled.scrollHeight;
    });
    watched.observe(grown);
    scrolled.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      watched.disconnect();
      scrolled.removeEventListener("scroll", onScroll);
    };
  }, []);
  return { box, inner, away, toEnd };
}
