/** The canvas of one agent: what the builder may use of it. */

export { BlockIcon } from "./BlockIcon";
export { Canvas, type CanvasControls } from "./Canvas";
export { useFindingText } from "./finding-text";
export { useLabelText } from "./label-text";
export type { Marks } from "./ui-state";
export { BLOCK_MIME } from "./use-pointer";
