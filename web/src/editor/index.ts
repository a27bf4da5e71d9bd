/** The editor of one agent: what other folders may use of it. */

export { adjacencyOf, isTool, isToolLink, topological } from "./adjacency";
export {
  type Autosave,
  type AutosavePorts,
  browserClock,
  createAutosave,
  SaveConflict,
  SaveRefused,
  type SaveState,
  type SaveStatus,
} from "./autosave";
export { isBodyBlock, newBody, specOf } from "./bodies";
export { copyNodes, duplicateCommand, pasteCommand, readClip } from "./clipboard";
export { canBecome } from "./coercion";
export type { Command, Label, NewNode, Places } from "./commands";
export {
  bestPin,
  canConnect,
  canJoin,
  findConverter,
  orient,
  type PinRef,
  pinForBlock,
  type Refusal,
  type Verdict,
} from "./connect";
export { browserDrafts, type DraftStore, draftOf, recoverable, type StoredDraft } from "./drafts";
export {
  createEditor,
  type Edit,
  type Editor,
  type EditorState,
  NOTHING,
  type Selection,
} from "./editor";
export { type Endpoint, endpoint, parseEndpoint, printEndpoint, printLink } from "./endpoint";
export { type Finding, mergeFindings, quickFindings } from "./findings";
export {
  type Border,
  type Box,
  boundsOf,
  contains,
  freeSpot,
  GRID,
  HEADER_HEIGHT,
  NODE_WIDTH,
  overlaps,
  type PinSpot,
  type Point,
  ROW_HEIGHT,
  rowCount,
  rowPins,
  snap,
  TOOL_SPOT,
} from "./geometry";
export { findGraph, freshId, type Graph, type GraphLink, type GraphNode, idStem } from "./graph";
export type { TidyRequest, TidyResult } from "./layout/tidy";
export { tidyRequest } from "./layout/tidy-request";
export { type Direction, neighbour } from "./neighbours";
export { CATEGORIES, type PaletteHit, type PaletteQuery, remember, searchBlocks } from "./palette";
export {
  declaredPins,
  findPin,
  isStep,
  isToolPin,
  linkablePins,
  type Pin,
  type Pins,
  roleOf,
  typeOf,
} from "./pins";
export { spatialIndex } from "./spatial";
export {
  type BlockSpec,
  type Blocks,
  blockIdOf,
  blocksOf,
  type CredentialNeed,
  descriptionOf,
  ERROR_PIN,
  type InputSpec,
  isNote,
  isToolType,
  NOTE_BLOCK,
  type OutputSpec,
  PIN_KINDS,
  type PinKind,
  type PinType,
  TOOL_PIN,
  titleOf,
  type UnmetNeed,
} from "./spec";
export {
  type AgentTree,
  type GraphPath,
  type LinkId,
  type NodeId,
  type NodeTree,
  ROOT,
} from "./tree";
export { type GraphView, type LinkView, type NodeView, spotOf } from "./view";
