/** The agent being edited: its document, what is selected, what can be undone. */

import { type Command, carryOut, type Label } from "./commands";
import { findGraph, type Graph, toAgent, toGraph } from "./graph";
import { EMPTY_HISTORY, type History, record, type Step, stepBack, stepForward } from "./history";
import type { Blocks } from "./spec";
import { type AgentTree, type GraphPath, type LinkId, type NodeId, ROOT } from "./tree";
import { EMPTY_VIEW, type GraphView, viewGraph } from "./view";

export interface Selection {
  nodes: ReadonlySet<NodeId>;
  links: ReadonlySet<LinkId>;
}

export const NOTHING: Selection = { nodes: new Set(), links: new Set() };

export interface EditorState {
  doc: Graph;
  /** The graph on the canvas: the root, or the body of a node. */
  path: GraphPath;
  selection: Selection;
  /** The node the keyboard is at. */
  focus: NodeId | null;
  history: History;
}

/** Something that changed the document; `label` says what in the history. */
export interface Edit {
  doc: Graph;
  label: Label;
  how: "do" | "undo" | "redo";
}

/** A command for the open graph unless it names a path. */
export interface Editor {
  getState(): EditorState;
  subscribe(listener: () => void): () => void;
  /** Called after every change of the document, never for selection. */
  onEdit(listener: (edit: Edit) => void): () => void;
  dispatch(command: Command): boolean;
  undo(): Label | null;
  redo(): Label | null;
  /** The next command starts a step of its own, whatever came before. */
  seal(): void;
  select(nodes: Iterable<NodeId>, links?: Iterable<LinkId>): void;
  focus(id: NodeId | null): void;
  /** Opens the body of a node, or with a shorter path goes back out. */
  open(path: GraphPath): void;
  graph(): Graph;
  view(): GraphView;
  tree(): AgentTree;
  blocks(): Blocks;
  setBlocks(blocks: Blocks): void;
  /** Starts over with another document; nothing can be undone past it. */
  load(tree: AgentTree): void;
}

export interface EditorOptions {
  tree: AgentTree;
  blocks: Blocks;
  /** Milliseconds; decides what counts as one burst of typing. */
  now?: () => number;
}

export function createEditor(options: EditorOptions): Editor {
  const now = options.now ?? (() => performance.now());
  let blocks = options.blocks;
  let state = opened(options.tree);
  let views = new Map<string, GraphView>();
  const listeners = new Set<() => void>();
  const editListeners = new Set<(edit: Edit) => void>();

  const set = (next: Partial<EditorState>): void => {
    state = { ...state, ...next };
    for (const listener of [...listeners]) listener();
  };
  const graph = (): Graph => findGraph(state.doc, state.path) ?? state.doc;
  const changed = (
    step: Step | null,
    doc: Graph,
    label: Label,
    how: Edit["how"],
    history: History,
  ) => {
    const path = existingPath(doc, step && how !== "do" ? step.path : state.path);
    const open = findGraph(doc, path) ?? doc;
    set({
      doc,
      path,
      history,
      selection: surviving(state.selection, open),
      focus: alive(state.focus, open),
    });
    for (const listener of [...editListeners]) listener({ doc, label, how });
  };

  return {
    getState: () => state,
    subscribe: (listener) => subscribed(listeners, listener),
    onEdit: (listener) => subscribed(editListeners, listener),
    dispatch(command) {
      const rooted = command.type === "setAgent" || command.type === "replace";
      const path = command.path ?? (rooted ? ROOT : state.path);
      const outcome = carryOut(state.doc, { ...command, path }, blocks);
      if (!outcome) return false;
      const history = record(state.history, state.doc, outcome, path, now());
      changed(null, outcome.doc, outcome.label, "do", history);
      return true;
    },
    undo() {
      const back = stepBack(state.history);
      if (back) changed(back.step, back.step.before, back.step.label, "undo", back.history);
      return back?.step.label ?? null;
    },
    redo() {
      const forward = stepForward(state.history);
      if (forward)
        changed(forward.step, forward.step.after, forward.step.label, "redo", forward.history);
      return forward?.step.label ?? null;
    },
    seal() {
      const last = state.history.done.at(-1);
      if (!last?.group) return;
      const done = [...state.history.done.slice(0, -1), { ...last, group: null }];
      set({ history: { ...state.history, done } });
    },
    select(nodes, links = []) {
      const selection = surviving({ nodes: new Set(nodes), links: new Set(links) }, graph());
      if (!sameSelection(selection, state.selection)) set({ selection });
    },
    focus(id) {
      const focus = alive(id, graph());
      if (focus !== state.focus) set({ focus });
    },
    open(path) {
      set({ path: existingPath(state.doc, path), selection: NOTHING, focus: null });
    },
    graph,
    view() {
      const key = state.path.join("/");
      const view = viewGraph(graph(), blocks, views.get(key) ?? EMPTY_VIEW);
      views.set(key, view);
      return view;
    },
    tree: () => toAgent(state.doc),
    blocks: () => blocks,
    setBlocks(next) {
      blocks = next;
      views = new Map();
      set({});
    },
    load(tree) {
      views = new Map();
      set(opened(tree));
    },
  };
}

const opened = (tree: AgentTree): EditorState => ({
  doc: toGraph(tree),
  path: ROOT,
  selection: NOTHING,
  focus: null,
  history: EMPTY_HISTORY,
});

function subscribed<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const alive = (id: NodeId | null, graph: Graph): NodeId | null =>
  id !== null && id in graph.nodes ? id : null;

/** As much of the path as still leads somewhere. */
function existingPath(doc: Graph, path: GraphPath): GraphPath {
  let length = path.length;
  while (length > 0 && !findGraph(doc, path.slice(0, length))) length -= 1;
  return length === path.length ? path : path.slice(0, length);
}

function surviving(selection: Selection, graph: Graph): Selection {
  const nodes = new Set([...selection.nodes].filter((id) => id in graph.nodes));
  const links = new Set([...selection.links].filter((id) => id in graph.links));
  const same = nodes.size === selection.nodes.size && links.size === selection.links.size;
  return same ? selection : { nodes, links };
}

const sameSelection = (a: Selection, b: Selection): boolean =>
  a.nodes.size === b.nodes.size &&
  a.links.size === b.links.size &&
  [...a.nodes].every((id) => b.nodes.has(id)) &&
  [...a.links].every((id) => b.links.has(id));
