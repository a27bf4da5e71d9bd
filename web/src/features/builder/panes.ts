// How large the regions around the canvas are, and which of them show what.
import { useEffect, useState } from "react";
import { useKeptSize } from "@/ui/Split";
import type { DockTab } from "./Dock";

/** Values of a node's inputs, by name. */
export type Fields = Record<string, unknown>;

export const LEFT = { least: 200, most: 420, usual: 248 };
export const RIGHT = { least: 260, most: 560, usual: 328 };
export const DOCK = { least: 120, most: 520, usual: 212 };

export type Pane = "left" | "right" | "dock";

export function usePanes(run: string | undefined) {
  const left = useKeptSize("builder-left", LEFT.usual);
  const right = useKeptSize("builder-right", RIGHT.usual);
  const dock = useKeptSize("builder-dock", DOCK.usual);
  const [dockTab, setDockTab] = useState<DockTab>("problems");
  const all = { left: [left, LEFT], right: [right, RIGHT], dock: [dock, DOCK] } as const;
  const show = (pane: Pane) => {
    const [split, { usual }] = all[pane];
    if (split.size === 0) split.set(usual);
  };
  // A run that starts brings its result to the front.
  useEffect(() => {
    if (run) setDockTab("result");
  }, [run]);
  return {
    left,
    right,
    dock,
    dockTab,
    setDockTab,
    open: { left: left.size > 0, right: right.size > 0, dock: dock.size > 0 },
    toggle: (pane: Pane) => {
      const [split, { usual }] = all[pane];
      split.set(split.size > 0 ? 0 : usual);
    },
    openRight: () => show("right"),
    openDock: (tab: DockTab) => {
      setDockTab(tab);
      show("dock");
    },
  };
}
