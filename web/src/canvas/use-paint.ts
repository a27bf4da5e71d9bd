/** The theme's colours for drawing, read again when the theme changes. */

import { useEffect, useState } from "react";
import { type Paint, readPaint } from "./painter";

export function usePaint(): Paint {
  const [paint, setPaint] = useState(readPaint);
  useEffect(() => {
    const read = (): void => setPaint(readPaint());
    const observer = new MutationObserver(read);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", read);
    return () => {
      observer.disconnect();
      system.removeEventListener("change", read);
    };
  }, []);
  return paint;
}
