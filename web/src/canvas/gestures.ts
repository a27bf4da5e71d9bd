/** What people do on the canvas, as commands to the editor: join pins, add blocks, splice, paste. */

import {
  type BlockSpec,
  bestPin,
  boundsOf,
  type Command,
  canJoin,
  copyNodes,
  declaredPins,
  duplicateCommand,
  type Editor,
  findPin,
  freeSpot,
  freshId,
  idStem,
  isBodyBlock,
  type LinkId,
  type LinkView,
  NODE_WIDTH,
  type NodeId,
  type NodeTree,
  newBody,
  orient,
  type PinRef,
  type PinType,
  type Point,
  pasteCommand,
  pinForBlock,
  printLink,
  readClip,
  snap,
  spatialIndex,
  spotOf,
  TOOL_PIN,
  typeOf,
} from "@/editor";
import { curveBetween, distanceTo } from "./curve";
import type { CanvasUiStore } from "./ui-state";

const NEW_HEIGHT = 140;
const LINK_REACH = 14;

export interface Gestures {
  /** Joins two pins or shows at `screen` why not. */
  join(a: PinRef, b: PinRef, screen: Point): boolean;
  /** Lets go of a loose end over a node's body or over nothing. */
  dropLoose(end: PinRef, flow: Point, screen: Point): void;
  addBlock(
    spec: BlockSpec,
    flow: Point,
    options?: { joins?: PinRef; splice?: LinkId },
  ): NodeId | null;
  /** The type of a pin, for the palette's filter. */
  typeAt(end: PinRef): PinType | null;
  linkAt(flow: Point): LinkView | undefined;
  copy(): string | null;
  cut(): string | null;
  paste(text: string, flow: Point): boolean;
  duplicate(): void;
  remove(reconnect: boolean): void;
  nudge(dx: number, dy: number): void;
  toggleDisabled(): void;
  convert(from: PinRef, to: PinRef, converter: string): void;
}

export function createGestures(editor: Editor, ui: CanvasUiStore): Gestures {
  const selected = (): ReadonlySet<NodeId> => {
    const { selection, focus } = editor.getState();
    return selection.nodes.size > 0 || focus === null ? selection.nodes : new Set([focus]);
  };
  const added = (command: Extract<Command, { type: "add" }>): void => {
    if (editor.dispatch(command)) editor.select(command.nodes.map((node) => node.id));
  };

  const gestures: Gestures = {
    join(a, b, screen) {
      ui.setState({ loose: null });
      const verdict = canJoin(editor.graph(), editor.blocks(), a, b);
      if (!verdict.ok) {
        const { reason, params, converter } = verdict;
        ui.setState({ refused: { reason, params, converter, screen, from: a, to: b } });
        return false;
      }
      ui.setState({ refused: null });
      const ends = orient(a, b);
      return ends !== null && editor.dispatch({ type: "link", ...ends });
    },

    dropLoose(end, flow, screen) {
      ui.setState({ loose: null });
      const node = spatialIndex(editor.view()).at(flow);
      if (!node || node.shape === "note") {
        ui.setState({ quickAdd: { screen, flow, joins: end } });
        return;
      }
      const pin = bestPin(editor.graph(), editor.blocks(), end, node.id);
      if (pin) {
        gestures.join(end, pin, screen);
        return;
      }
      const other = node.pins[end.side === "out" ? "inputs" : "outputs"][0];
      const to: PinRef = {
        node: node.id,
        pin: other?.name ?? "",
        side: end.side === "out" ? "in" : "out",
      };
      gestures.join(end, to, screen);
    },

    addBlock(spec, flow, { joins, splice } = {}) {
      const graph = editor.graph();
      const id = freshId((each) => each in graph.nodes, stemOf(spec));
      const node = newNode(spec, id);
      const link = splice === undefined ? undefined : graph.links[splice];
      if (splice !== undefined && link?.from && link.to) {
        const [from, to] = [
          { ...link.from, side: "out" },
          { ...link.to, side: "in" },
        ] as const;
        const input = pinForBlock(spec, gestures.typeAt(from), "out");
        const output = pinForBlock(spec, gestures.typeAt(to), "in");
        if (!input || !output) return null;
        node.at = placeFor(editor, { x: flow.x - NODE_WIDTH / 2, y: flow.y - 60 });
        editor.dispatch({ type: "splice", link: splice, node: { id, node }, input, output });
      } else {
        const pin = joins && pinForBlock(spec, gestures.typeAt(joins), joins.side);
        node.at = placeFor(editor, cornerAt(flow, joins?.side, pin === TOOL_PIN.name));
        const ends =
          joins && pin
            ? orient(joins, { node: id, pin, side: joins.side === "out" ? "in" : "out" })
            : null;
        editor.dispatch({
          type: "add",
          nodes: [{ id, node }],
          links: ends ? [printLink(ends.from, ends.to)] : [],
        });
      }
      editor.select([id]);
      editor.focus(id);
      return id;
    },

    typeAt(end) {
      const node = editor.graph().nodes[end.node];
      const pin = node && findPin(declaredPins(node, editor.blocks()), end.side, end.pin);
      return pin ? typeOf(pin) : null;
    },

    linkAt(flow) {
      const view = editor.view();
      return view.links.find((link) => {
        if (link.tool) return false; // nothing goes into the middle of it
        const [source, target] = [view.byId.get(link.from.node), view.byId.get(link.to.node)];
        const from = source && spotOf(source, "out", link.from.pin);
        const to = target && spotOf(target, "in", link.to.pin);
        return from && to && distanceTo(curveBetween(from, to), flow) <= LINK_REACH;
      });
    },

    copy() {
      const nodes = selected();
      return nodes.size > 0 ? copyNodes(editor.view(), editor.blocks(), nodes) : null;
    },
    cut() {
      const text = gestures.copy();
      if (text !== null) gestures.remove(false);
      return text;
    },
    paste(text, flow) {
      const clip = readClip(text);
      if (!clip) return false;
      const taken = editor
        .view()
        .nodes.some((node) => node.box.x === snap(flow.x) && node.box.y === snap(flow.y));
      const shift = taken ? 30 : 0;
      added(pasteCommand(editor.graph(), clip, { x: flow.x + shift, y: flow.y + shift }));
      return true;
    },
    duplicate() {
      const command = duplicateCommand(editor.view(), selected());
      if (command) added(command);
    },
    remove(reconnect) {
      const { selection } = editor.getState();
      const nodes = selection.links.size > 0 && selection.nodes.size === 0 ? [] : [...selected()];
      editor.dispatch({ type: "delete", nodes, links: [...selection.links], reconnect });
    },
    nudge(dx, dy) {
      const view = editor.view();
      const places = Object.fromEntries(
        [...selected()].flatMap((id) => {
          const box = view.byId.get(id)?.box;
          return box ? [[id, [box.x + dx, box.y + dy] as const]] : [];
        }),
      );
      editor.dispatch({ type: "move", places, as: "nudge" });
    },
    toggleDisabled() {
      const ids = [...selected()];
      const { nodes } = editor.graph();
      const value = ids.every((id) => nodes[id]?.disabled) ? undefined : true;
      editor.dispatch({ type: "setNode", ids, key: "disabled", value });
    },
    convert(from, to, converter) {
      const spec = editor.blocks().find(converter);
      const ends = orient(from, to);
      const view = editor.view();
      const [source, target] = [
        ends && view.byId.get(ends.from.node),
        ends && view.byId.get(ends.to.node),
      ];
      if (!spec || !ends || !source || !target) return;
      const input = pinForBlock(spec, gestures.typeAt({ ...ends.from, side: "out" }), "out");
      const output = pinForBlock(spec, gestures.typeAt({ ...ends.to, side: "in" }), "in");
      if (!input || !output) return;
      const id = freshId((each) => each in view.graph.nodes, idStem(spec.id));
      const x = (source.box.x + source.box.width + target.box.x - NODE_WIDTH) / 2;
      const node = {
        ...newNode(spec, id),
        at: placeFor(editor, { x, y: (source.box.y + target.box.y) / 2 }),
      };
      const links = [
        printLink(ends.from, { node: id, pin: input, path: "" }),
        printLink({ node: id, pin: output, path: "" }, ends.to),
      ];
      ui.setState({ refused: null });
      added({ type: "add", nodes: [{ id, node }], links });
    },
  };
  return gestures;
}

/** A body is called after what it does. */
const stemOf = (spec: BlockSpec): string =>
  spec.id === "body.map" ? "each" : spec.id === "body.loop" ? "repeat" : idStem(spec.id);

/** A node of a block as it is first put down; inputs and outputs of an agent need a name. */
function newNode(spec: BlockSpec, id: NodeId): NodeTree {
  if (isBodyBlock(spec.id)) return { body: newBody(spec.id) };
  const named =
    (spec.role === "input" || spec.role === "output") &&
    spec.inputs.some((pin) => pin.name === "name");
  return { block: spec.id, ...(named && { with: { name: id } }) };
}

/** Where the upper left corner comes of a node that is to have its pin at a point. */
function cornerAt(flow: Point, joined: "in" | "out" | undefined, tool: boolean): Point {
  if (tool) return { x: flow.x - NODE_WIDTH / 2, y: flow.y };
  return { x: joined === "in" ? flow.x - NODE_WIDTH : flow.x, y: flow.y - 20 };
}

function placeFor(editor: Editor, corner: Point): [number, number] {
  const boxes = editor
    .view()
    .nodes.filter((node) => node.shape === "card")
    .map((node) => node.box);
  const around = boundsOf(boxes);
  const wanted = { x: snap(corner.x), y: snap(corner.y), width: NODE_WIDTH, height: NEW_HEIGHT };
  const spot = around ? freeSpot(wanted, boxes) : wanted;
  return [spot.x, spot.y];
}
