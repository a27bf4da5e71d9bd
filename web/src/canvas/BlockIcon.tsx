/** The picture of a block: its icon on a tile in the colour of its category. */

import { Box } from "lucide-react";
import { ICONS } from "./blockIcons";

/** The token each category is painted with. */
const TINTS: Record<string, string> = {
  input: "ok",
  output: "ok",
  text: "accent",
  data: "kind-number",
  logic: "warn",
  maths: "kind-object",
  time: "kind-image",
  web: "run",
  file: "kind-file",
  media: "kind-image",
  storage: "kind-object",
  code: "kind-number",
  message: "run",
  ai: "wait",
  flow: "kind-message",
};

export const categoryColor = (category: string | undefined): string =>
  `var(--${TINTS[category ?? ""] ?? "fg3"})`;

interface BlockIconProps {
  icon: string | undefined;
  category: string | undefined;
  size?: number;
}

export function BlockIcon({ icon, category, size = 26 }: BlockIconProps) {
  const Icon = ICONS[icon ?? ""] ?? Box;
  const color = categoryColor(category);
  return (
    <span
      aria-hidden
      style={{
        display: "grid",
        placeItems: "center",
        flex: "none",
        borderRadius: 6,
        width: size,
        height: size,
        color,
        background: `color-mix(in srgb, ${color} 12%, var(--surface))`,
      }}
    >
      <Icon size={size * 0.6} strokeWidth={1.9} />
    </span>
  );
}
