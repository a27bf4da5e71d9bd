/** The shape and colour of a pin's type; never colour alone. */

import type { PinKind } from "@/editor";

/** Outlines in a 12 by 12 square, drawn filled; `hole` leaves the middle in the card's colour. */
const SHAPES: Record<PinKind, { path: string; hole?: boolean }> = {
  text: { path: "M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10z" },
  date: { path: "M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10z", hole: true },
  number: { path: "M6 .4 11.6 6 6 11.6 .4 6z" },
  boolean: { path: "M6 1a5 5 0 0 1 0 10zM6 1a5 5 0 0 0 0 10" },
  object: { path: "M3.2 1.2h5.6L11.6 6 8.8 10.8H3.2L.4 6z" },
  list: { path: "M1 1h10v2.4H1zM1 4.8h10v2.4H1zM1 8.6h10V11H1z" },
  file: {
    path: "M2 .8h8a1 1 0 0 1 1 1v8.4a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V1.8a1 1 0 0 1 1-1z",
    hole: true,
  },
  image: { path: "M2 .8h8a1 1 0 0 1 1 1v8.4a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V1.8a1 1 0 0 1 1-1z" },
  message: { path: "M6 .8a5.2 5.2 0 1 1-2.6 9.7L.6 11.4l.9-2.8A5.2 5.2 0 0 1 6 .8z" },
  tool: { path: "M4.2.8h3.6v3.4h3.4v3.6H7.8v3.4H4.2V7.8H.8V4.2h3.4z" },
  any: { path: "M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10z", hole: true },
};

interface PinMarkProps {
  kind: PinKind;
  /** Filled when something is linked to it. */
  linked?: boolean;
  size?: number;
}

export function PinMark({ kind, linked = true, size = 12 }: PinMarkProps) {
  const { path, hole } = SHAPES[kind];
  const hollow = hole || !linked;
  return (
    <svg aria-hidden viewBox="-1 -1 14 14" width={size} height={size} className="lb-mark">
      <path
        d={path}
        fill={hollow ? "var(--surface)" : `var(--kind-${kind})`}
        stroke={`var(--kind-${kind})`}
        strokeWidth={hollow ? 1.8 : 1.2}
        strokeLinejoin="round"
      />
      {kind === "date" && (
        <path d="M6 3.4V6l1.8 1.2" stroke="var(--kind-date)" strokeWidth="1.2" fill="none" />
      )}
    </svg>
  );
}
