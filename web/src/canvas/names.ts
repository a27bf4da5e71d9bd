/** How nodes are named outside their own graph. */

import type { GraphPath, NodeId } from "@/editor";

/** The path by which runs and findings name a node of the open graph: `each/inner`. */
export const pathOf = (path: GraphPath, id: NodeId): string =>
  path.length > 0 ? `${path.join("/")}/${id}` : id;
