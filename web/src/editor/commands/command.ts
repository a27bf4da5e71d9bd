/** Everything that can be done to a document, as plain values. */

import type { Endpoint } from "../endpoint";
import type { Graph } from "../graph";
import type { Blocks } from "../spec";
import type { AgentTree, GraphPath, LinkId, LinkTree, NodeId, NodeTree } from "../tree";
import type { GraphView } from "../view";

export interface NewNode {
  id: NodeId;
  node: NodeTree;
}

export type Places = Readonly<Record<NodeId, readonly [number, number]>>;

/** What each command needs to know. */
export interface Commands {
  /** Nodes and the links among them and to what is there; `as` only chooses the label. */
  add: {
    nodes: readonly NewNode[];
    links?: readonly LinkTree[];
    as?: "add" | "paste" | "duplicate";
  };
  move: { places: Places; as?: "move" | "nudge" | "tidy" };
  resize: { id: NodeId; size: readonly [number, number]; at?: readonly [number, number] };
  delete: { nodes?: readonly NodeId[]; links?: readonly LinkId[]; reconnect?: boolean };
  link: { from: Endpoint; to: Endpoint; sticky?: boolean };
  relink: { id: LinkId; from?: Endpoint; to?: Endpoint };
  setLink: { id: LinkId; sticky: boolean | undefined };
  /** Puts a new node in the middle of a link. */
  splice: { link: LinkId; node: NewNode; input: string; output: string };
  /** A constant of a node; `undefined` takes it away. */
  setField: { id: NodeId; name: string; value: unknown };
  /** Any other key of nodes: title, note, disabled, collapsed, color, retry, timeout, order, parallel. */
  setNode: { ids: readonly NodeId[]; key: string; value: unknown };
  /** A key of a body: mode, over, parallel, until, max. */
  setBody: { id: NodeId; key: string; value: unknown };
  /** Another id, in the node and in every link to it. */
  rename: { id: NodeId; to: NodeId };
  /** A key of the document itself: name, description, settings. */
  setAgent: { key: string; value: unknown };
  /** The whole document at once, such as the server's version after a conflict. */
  replace: { tree: AgentTree; as?: "proposal" };
}

export type CommandName = keyof Commands;

export type Command = {
  [Name in CommandName]: { type: Name; path?: GraphPath } & Commands[Name];
}[CommandName];

export type CommandOf<Name extends CommandName> = Extract<Command, { type: Name }>;

/** A text of the catalogue and what fills it. */
export interface Label {
  key: string;
  params: Record<string, string | number>;
}

export interface Situation {
  /** The graph the command is about, as it was. */
  before: Graph;
  blocks: Blocks;
  view: () => GraphView;
}

export interface CommandKind<Name extends CommandName> {
  /** Changes `draft`, the graph at the command's path. */
  apply(draft: Graph, command: CommandOf<Name>, situation: Situation): void;
  label(command: CommandOf<Name>, before: Graph): Label;
  /** Commands with the same group, in quick succession, are one step back. */
  group?(command: CommandOf<Name>): { key: string; within: number } | null;
}
