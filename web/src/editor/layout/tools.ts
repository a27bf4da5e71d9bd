/** Tools stand in rows under the node that uses them; the layout treats all of them as one block. */

import type { NodeId } from "../tree";

export interface Sized {
  id: NodeId;
  width: number;
  height: number;
}

export interface Cluster {
  /** The room of the node with everything below it. */
  width: number;
  height: number;
  /** Upper left corners within that room, the node's own included. */
  places: ReadonlyMap<NodeId, { x: number; y: number }>;
}

const GAP = 40;
const DROP = 70;
const PER_ROW = 3;

/** One cluster for every node that is nobody's tool, by its id; a shared tool stands under its first user. */
export function clusters(
  nodes: readonly Sized[],
  tools: readonly (readonly [NodeId, NodeId])[],
): Map<NodeId, Cluster> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const user = new Map<NodeId, NodeId>();
  for (const [tool, agent] of tools) {
    if (byId.has(tool) && byId.has(agent) && !user.has(tool) && !isAbove(user, tool, agent))
      user.set(tool, agent);
  }
  const below = new Map<NodeId, Sized[]>();
  for (const node of nodes) {
    const agent = user.get(node.id);
    if (agent !== undefined) below.set(agent, [...(below.get(agent) ?? []), node]);
  }
  const roots = nodes.filter((node) => !user.has(node.id));
  return new Map(roots.map((node) => [node.id, cluster(node, below)]));
}

/** Whether `tool` is used by nobody but those that `agent` itself serves: that would be a circle. */
function isAbove(user: ReadonlyMap<NodeId, NodeId>, tool: NodeId, agent: NodeId): boolean {
  for (let at: NodeId | undefined = agent; at !== undefined; at = user.get(at)) {
    if (at === tool) return true;
  }
  return false;
}

function cluster(node: Sized, below: ReadonlyMap<NodeId, readonly Sized[]>): Cluster {
  const parts = (below.get(node.id) ?? []).map((tool) => cluster(tool, below));
  const rows: Cluster[][] = [];
  for (let at = 0; at < parts.length; at += PER_ROW) rows.push(parts.slice(at, at + PER_ROW));
  const widths = rows.map(
    (row) => row.reduce((sum, part) => sum + part.width, 0) + GAP * (row.length - 1),
  );
  const width = Math.max(node.width, ...widths);
  const places = new Map([[node.id, { x: (width - node.width) / 2, y: 0 }]]);
  let y = node.height + DROP;
  rows.forEach((row, index) => {
    let x = (width - (widths[index] ?? 0)) / 2;
    for (const part of row) {
      for (const [id, spot] of part.places) places.set(id, { x: x + spot.x, y: y + spot.y });
      x += part.width + GAP;
    }
    y += Math.max(...row.map((part) => part.height)) + GAP;
  });
  return { width, height: rows.length > 0 ? y - GAP : node.height, places };
}
