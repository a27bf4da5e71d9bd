// Knows when a key press belongs to an input method: Enter that commits Pinyin must never submit.

interface KeyLike {
  key?: string;
  keyCode?: number;
  isComposing?: boolean;
  timeStamp?: number;
  nativeEvent?: { isComposing?: boolean; keyCode?: number };
}

// Some browsers fire the committing Enter just after `compositionend`, no longer marked as composing.
const GRACE_MS = 60;
let lastCompositionEnd = Number.NEGATIVE_INFINITY;

export function noteCompositionEnd(timeStamp: number): void {
  lastCompositionEnd = timeStamp;
}

/** Starts listening for ends of composition; call once per document. Returns the stop function. */
export function watchComposition(target: EventTarget): () => void {
  const listen = (event: Event) => noteCompositionEnd(event.timeStamp);
  target.addEventListener("compositionend", listen, true);
  return () => target.removeEventListener("compositionend", listen, true);
}

export function isImeKey(event: KeyLike): boolean {
  const native = event.nativeEvent;
  if (event.isComposing || native?.isComposing) return true;
  if (event.keyCode === 229 || native?.keyCode === 229) return true;
  const since = (event.timeStamp ?? Number.POSITIVE_INFINITY) - lastCompositionEnd;
  return event.key === "Enter" && since >= 0 && since < GRACE_MS;
}
