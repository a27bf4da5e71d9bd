/** What there is to tidy: all nodes of a view, or the chosen ones where they stand. */

import { boundsOf } from "../geometry";
import type { NodeId } from "../tree";
import type { GraphView } from "../view";
import type { TidyRequest } from "./tidy";

export function tidyRequest(view: GraphView, ids: ReadonlySet<NodeId>): TidyRequest {
  const cards = view.nodes.filter((node) => node.shape === "card");
  const chosen = ids.size > 1 ? cards.filter((node) => ids.has(node.id)) : cards;
  const bounds = boundsOf(chosen.map((node) => node.box));
  return {
    nodes: chosen.map(({ id, box }) => ({ id, width: box.width, height: box.height })),
    links: view.links.map(({ from, to }) => [from.node, to.node] as const),
    origin: { x: bounds?.x ?? 0, y: bounds?.y ?? 0 },
  };
}
