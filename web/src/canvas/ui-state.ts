/** What the canvas is in the middle of: a loose link end, an open palette, a name being typed. Never saved. */

import { createStore, type StoreApi } from "zustand";
import type { Finding, LinkId, NodeId, PinRef, Point } from "@/editor";

export type Tier = "full" | "compact" | "far";

/** A link of which one end is still in the hand. */
export interface LooseEnd {
  end: PinRef;
  how: "drag" | "tap" | "keys";
  /** With the keyboard: the pin it would go to now. */
  aim?: PinRef | null;
}

export interface QuickAddRequest {
  /** Where the list opens, in pixels from the canvas's corner. */
  screen: Point;
  /** Where the new node goes. */
  flow: Point;
  joins?: PinRef;
  splice?: LinkId;
}

export interface Refused {
  reason: string;
  params: Record<string, string>;
  screen: Point;
  from: PinRef;
  to: PinRef;
  converter?: string | undefined;
}

/** What becomes of something while a proposal is looked at. */
export type Mark = "added" | "removed" | "changed" | "refused";

/** Marks of nodes by id, and of links by their text. */
export interface Marks {
  nodes: Map<NodeId, Mark>;
  links: Map<string, Mark>;
}

export interface CanvasUi {
  tier: Tier;
  loose: LooseEnd | null;
  quickAdd: QuickAddRequest | null;
  refused: Refused | null;
  renaming: NodeId | null;
  hoveredLink: LinkId | null;
  findings: ReadonlyMap<NodeId, readonly Finding[]>;
  marks: Marks;
  /** What the live region says; the number makes the same text twice two messages. */
  said: { text: string; number: number };
  minimap: boolean;
  snap: boolean;
}

export type CanvasUiStore = StoreApi<CanvasUi>;

export function createCanvasUi(): CanvasUiStore {
  return createStore<CanvasUi>(() => ({
    tier: "full",
    loose: null,
    quickAdd: null,
    refused: null,
    renaming: null,
    hoveredLink: null,
    findings: new Map(),
    marks: { nodes: new Map(), links: new Map() },
    said: { text: "", number: 0 },
    minimap: true,
    snap: true,
  }));
}

export function say(ui: CanvasUiStore, text: string): void {
  ui.setState(({ said }) => ({ said: { text, number: said.number + 1 } }));
}

export const samePin = (a: PinRef | null | undefined, b: PinRef | null | undefined): boolean =>
  a?.node === b?.node && a?.pin === b?.pin && a?.side === b?.side;
