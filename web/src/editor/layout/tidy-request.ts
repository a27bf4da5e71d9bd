/** What there is to tidy: all nodes of a view, or the chosen ones where they stand. */

import { boundsOf } from "../geometry";
import type { NodeId } from "../tree";
import type { GraphView, LinkView } from "../view";
import type { TidyRequest } from "./tidy";

export function tidyRequest(view: GraphView, ids: ReadonlySet<NodeId>): TidyRequest {
  const cards = view.nodes.filter((node) => node.shape === "card");
  const chosen = ids.size > 1 ? cards.filter((node) => ids.has(node.id)) : cards;
  const bounds = boundsOf(chosen.map((node) => node.box));
  return {
    nodes: chosen.map(({ id, box }) => ({ id, width: box.width, height: box.height })),
    links: view.links.filter((link) => !link.tool).map(ends),
    tools: view.links.filter((link) => link.tool).map(ends),
    origin: { x: bounds?.x ?? 0, y: bounds?.y ?? 0 },
  };
}

const ends = ({ from, to }: LinkView): readonly [NodeId, NodeId] => [from.node, to.node];
