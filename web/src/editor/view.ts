/** What is drawn of one graph: nodes with boxes and pins, links with their kinds. Unchanged parts keep their identity. */

import { adjacencyOf, isToolLink } from "./adjacency";
import { specOf } from "./bodies";
import type { Endpoint } from "./endpoint";
import { type Box, boundsOf, cardSize, isPair, noteSize, type PinSpot, pinSpots } from "./geometry";
import { type Graph, type GraphLink, type GraphNode, linksOf, nodesOf } from "./graph";
import { findPin, type Pin, type Pins, shownPins } from "./pins";
import { columns } from "./placement";
import type { BlockSpec, Blocks, PinKind } from "./spec";
import { isNote } from "./spec";
import type { LinkId, NodeId } from "./tree";

export interface NodeView {
  id: NodeId;
  node: GraphNode;
  spec: BlockSpec | undefined;
  shape: "card" | "note";
  pins: Pins;
  spots: readonly PinSpot[];
  box: Box;
  linkedInputs: ReadonlySet<string>;
  linkedOutputs: ReadonlySet<string>;
}

export interface LinkView {
  id: LinkId;
  link: GraphLink;
  from: Endpoint;
  to: Endpoint;
  kind: PinKind;
  /** It makes its source a tool of its target; no values travel along it. */
  tool: boolean;
  /** An end names a pin that its node does not have. */
  broken: boolean;
}

export interface GraphView {
  graph: Graph;
  nodes: readonly NodeView[];
  byId: ReadonlyMap<NodeId, NodeView>;
  links: readonly LinkView[];
}

export const EMPTY_VIEW: GraphView = {
  graph: { nodes: {}, nodeOrder: [], links: {}, linkOrder: [], nextLink: 0, rest: {}, keys: [] },
  nodes: [],
  byId: new Map(),
  links: [],
};

/** The view of `graph`; `before` lends the views of everything that did not change. */
export function viewGraph(graph: Graph, blocks: Blocks, before: GraphView = EMPTY_VIEW): GraphView {
  if (before.graph === graph) return before;
  const { into, outOf } = adjacencyOf(graph);
  const views: NodeView[] = [];
  for (const [id, node] of nodesOf(graph)) {
    const incoming = into.get(id) ?? [];
    const outgoing = outOf.get(id) ?? [];
    views.push(viewNode(id, node, blocks, incoming, outgoing, before.byId.get(id)));
  }
  const nodes = placed(graph, views, before);
  const byId = new Map(nodes.map((view) => [view.id, view]));
  const earlier = new Map(before.links.map((view) => [view.id, view]));
  const links = linksOf(graph).flatMap((link) => viewLink(link, byId, earlier.get(link.id)));
  return { graph, nodes, byId, links };
}

function viewNode(
  id: NodeId,
  node: GraphNode,
  blocks: Blocks,
  into: readonly GraphLink[],
  outOf: readonly GraphLink[],
  before: NodeView | undefined,
): NodeView {
  const spec = specOf(node, blocks);
  const linkedInputs = new Set(into.map((link) => link.to?.pin ?? ""));
  const linkedOutputs = new Set(outOf.map((link) => link.from?.pin ?? ""));
  if (
    before &&
    before.node === node &&
    before.spec === spec &&
    sameSet(before.linkedInputs, linkedInputs) &&
    sameSet(before.linkedOutputs, linkedOutputs)
  ) {
    return before;
  }
  const shape = isNote(spec, node.block) ? "note" : "card";
  const pins =
    shape === "note" ? { inputs: [], outputs: [] } : shownPins(node, blocks, into, outOf);
  const size = shape === "note" ? noteSize(node) : cardSize(node, pins);
  const [x, y] = isPair(node.at) ? node.at : [Number.NaN, Number.NaN];
  const spots = pinSpots(node, pins);
  return {
    id,
    node,
    spec,
    shape,
    pins,
    spots,
    box: { x, y, ...size },
    linkedInputs,
    linkedOutputs,
  };
}

/** Gives nodes without `at` a place under those that have one. */
function placed(graph: Graph, views: readonly NodeView[], before: GraphView): readonly NodeView[] {
  const homeless = views.filter((view) => !isPair(view.node.at));
  if (homeless.length === 0) return views;
  const bounds = boundsOf(views.filter((view) => isPair(view.node.at)).map((view) => view.box));
  const origin = bounds ? { x: bounds.x, y: bounds.y + bounds.height + 60 } : { x: 0, y: 0 };
  const sizes = homeless.map(({ id, box }) => ({ id, width: box.width, height: box.height }));
  const places = columns(graph, sizes, origin);
  return views.map((view) => {
    const place = isPair(view.node.at) ? undefined : places.get(view.id);
    if (!place || (view.box.x === place.x && view.box.y === place.y)) return view;
    const earlier = before.byId.get(view.id);
    const moved = { ...view, box: { ...view.box, ...place } };
    return earlier &&
      earlier.node === view.node &&
      sameBox(earlier.box, moved.box) &&
      earlier.pins === view.pins
      ? earlier
      : moved;
  });
}

const sameBox = (a: Box, b: Box): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((item) => b.has(item));

function viewLink(
  link: GraphLink,
  nodes: ReadonlyMap<NodeId, NodeView>,
  before: LinkView | undefined,
): LinkView[] {
  const { from, to } = link;
  if (!from || !to) return [];
  const output = pinAt(nodes, from, "out");
  const input = pinAt(nodes, to, "in");
  if (!output || !input) return [];
  const kind = from.path ? "any" : output.kind;
  const broken = output.unknown || input.unknown;
  if (before && before.link === link && before.kind === kind && before.broken === broken)
    return [before];
  return [{ id: link.id, link, from, to, kind, broken, tool: isToolLink(link) }];
}

function pinAt(
  nodes: ReadonlyMap<NodeId, NodeView>,
  end: Endpoint,
  side: "in" | "out",
): Pin | undefined {
  const view = nodes.get(end.node);
  return view && findPin(view.pins, side, end.pin);
}

/** The absolute middle of a pin, or `undefined` if the node does not show it. */
export function spotOf(view: NodeView, side: "in" | "out", pin: string): PinSpot | undefined {
  const spot = view.spots.find((each) => each.side === side && each.name === pin);
  return spot && { ...spot, x: view.box.x + spot.x, y: view.box.y + spot.y };
}
