/** The agent document as it travels: the one tree that files hold and the server stores. */

export type NodeId = string;
export type LinkId = string;

/** Keys every reader knows; any other key is kept as it is. */
export interface NodeKeys {
  block?: string;
  with?: Record<string, unknown>;
  title?: string;
  note?: string;
  at?: [number, number];
  size?: [number, number];
  disabled?: boolean;
  collapsed?: boolean;
  color?: string;
  retry?: RetryPolicy;
  timeout?: number;
  timeout_total?: number;
  order?: "firing" | "any";
  limits?: { tokens?: number; usd?: number; unpriced_calls?: number };
  parallel?: number;
}

export interface RetryPolicy {
  attempts?: number;
  delay?: number;
  factor?: number;
  max_delay?: number;
  on?: string[];
}

export interface NodeTree extends NodeKeys {
  body?: BodyTree;
  [unknown: string]: unknown;
}

/** The long form of a link; the short form is the text `a.value -> add.a`. */
export interface LongLink {
  from: string;
  to: string;
  sticky?: boolean;
  [unknown: string]: unknown;
}

export type LinkTree = string | LongLink;

export interface GraphTree {
  nodes?: Record<NodeId, NodeTree>;
  links?: LinkTree[];
  [unknown: string]: unknown;
}

export interface BodyTree extends GraphTree {
  mode?: "map" | "loop";
  over?: string;
  parallel?: number;
  until?: string;
  max?: number;
}

export interface AgentTree extends GraphTree {
  luban?: number;
  name?: string;
  description?: string;
  settings?: Record<string, unknown>;
}

/** Which graph of a document is meant: the body nodes to go through, outermost first. */
export type GraphPath = readonly NodeId[];

export const ROOT: GraphPath = [];
