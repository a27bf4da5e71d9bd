/** Pulling and moving link ends with the pointer, in the library's callbacks. */

import type {
  Connection,
  FinalConnectionState,
  HandleType,
  IsValidConnection,
  OnConnectStartParams,
} from "@xyflow/react";
import { useMemo, useRef } from "react";
import {
  canJoin,
  ERROR_PIN,
  type LinkId,
  orient,
  type PinRef,
  type Point,
  TOOL_PIN,
} from "@/editor";
import type { Flow } from "./camera";
import { useCanvas } from "./context";
import { type LinkEdge, pinRef } from "./flow";

export interface Connecting {
  isValid: IsValidConnection<LinkEdge>;
  onStart: (event: unknown, params: OnConnectStartParams) => void;
  onConnect: (connection: Connection) => void;
  onEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => void;
  onReconnectStart: () => void;
  onReconnect: (edge: LinkEdge, connection: Connection) => void;
  onReconnectEnd: (
    event: MouseEvent | TouchEvent,
    edge: LinkEdge,
    type: HandleType,
    state: FinalConnectionState,
  ) => void;
}

interface Where {
  flow: Flow;
  root: () => HTMLElement | null;
}

/** Outputs in corners hide until they are needed: who drops another output near one means the card. */
function isUnmeant(end: PinRef, other: PinRef): boolean {
  const corner = other.pin === ERROR_PIN.name || other.pin === TOOL_PIN.name;
  return end.side === "out" && other.side === "out" && corner;
}

export function useConnecting({ flow, root }: Where): Connecting {
  const { editor, ui, gestures } = useCanvas();
  /** The link whose end is being moved. */
  const moving = useRef<LinkId | null>(null);
  return useMemo(() => {
    const ends = ({
      source,
      sourceHandle,
      target,
      targetHandle,
    }: Connection | LinkEdge): [PinRef, PinRef] | null => {
      const [from, to] = [pinRef(source, sourceHandle), pinRef(target, targetHandle)];
      return from && to ? [from, to] : null;
    };
    const pointOf = (event: MouseEvent | TouchEvent): { screen: Point; flow: Point } => {
      const at = "changedTouches" in event ? event.changedTouches[0] : event;
      const client = { x: at?.clientX ?? 0, y: at?.clientY ?? 0 };
      const bounds = root()?.getBoundingClientRect();
      const screen = { x: client.x - (bounds?.left ?? 0), y: client.y - (bounds?.top ?? 0) };
      return { screen, flow: flow.screenToFlowPosition(client, { snapToGrid: false }) };
    };
    const loose = ({ fromNode, fromHandle }: FinalConnectionState): PinRef | null =>
      fromNode ? pinRef(fromNode.id, fromHandle?.id) : null;
    const refused = (event: MouseEvent | TouchEvent, state: FinalConnectionState): boolean => {
      const end = loose(state);
      const other = state.toNode && pinRef(state.toNode.id, state.toHandle?.id);
      if (state.isValid || !end || !other || isUnmeant(end, other)) return false;
      gestures.join(end, other, pointOf(event).screen);
      return true;
    };
    return {
      isValid: (connection) => {
        const pair = ends(connection as Connection);
        return pair !== null && canJoin(editor.graph(), editor.blocks(), ...pair).ok;
      },
      onStart: (_, { nodeId, handleId }) => {
        const end = nodeId ? pinRef(nodeId, handleId) : null;
        if (end) ui.setState({ loose: { end, how: "drag" }, refused: null, quickAdd: null });
      },
      onConnect: (connection) => {
        const pair = ends(connection);
        if (pair) gestures.join(...pair, { x: 0, y: 0 });
      },
      onEnd: (event, state) => {
        ui.setState({ loose: null });
        const end = loose(state);
        if (moving.current !== null || state.isValid || !end || refused(event, state)) return;
        const { screen, flow: point } = pointOf(event);
        gestures.dropLoose(end, point, screen);
      },
      onReconnectStart: () => {
        moving.current = "";
      },
      onReconnect: (edge, connection) => {
        const pair = ends(connection);
        const joined = pair && orient(...pair);
        if (joined) editor.dispatch({ type: "relink", id: edge.id, ...joined });
      },
      onReconnectEnd: (event, edge, _, state) => {
        moving.current = null;
        ui.setState({ loose: null });
        if (state.isValid || refused(event, state)) return;
        editor.dispatch({ type: "delete", links: [edge.id] });
      },
    };
  }, [editor, ui, gestures, flow, root]);
}
