/** How much of a node is drawn at this distance. */

import { type ReactFlowState, useStore } from "@xyflow/react";
import { useCallback, useEffect, useRef } from "react";
import { type GraphView, spatialIndex } from "@/editor";
import { useCanvas } from "./context";
import type { Tier } from "./ui-state";

const FULL_FROM = 0.5;
const COMPACT_FROM = 0.35;
/** From this many visible nodes on the far view takes over; fewer, with some play, and it gives back. */
const CROWD = 60;
const PLAY = 10;

export function useTier(view: GraphView): Tier {
  const { ui } = useCanvas();
  const before = useRef<Tier>("full");
  const select = useCallback(
    ({ transform: [x, y, zoom], width, height }: ReactFlowState): Tier => {
      if (zoom >= FULL_FROM) return "full";
      if (zoom >= COMPACT_FROM) return "compact";
      const area = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
      const crowd = before.current === "far" ? CROWD - PLAY : CROWD;
      const many = view.nodes.length > crowd && spatialIndex(view).within(area).length > crowd;
      return many ? "far" : "compact";
    },
    [view],
  );
  const tier = useStore(select);
  useEffect(() => {
    before.current = tier;
    ui.setState({ tier });
  }, [tier, ui]);
  return tier;
}
