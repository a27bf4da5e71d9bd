/** The canvas of one agent: what the builder may use of it. */

export { BlockIcon, categoryColor } from "./BlockIcon";
export { Canvas, type CanvasControls, type CanvasProps } from "./Canvas";
export { useFindingText } from "./finding-text";
export { KEYS, type KeyAction } from "./keys";
export { useLabelText } from "./label-text";
export { PinMark } from "./PinMark";
export { BLOCK_MIME } from "./use-pointer";
