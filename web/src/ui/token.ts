// Reads a colour token as painted now, for drawing on a canvas element.

let probe: HTMLElement | null = null;

export function tokenColor(name: string): string {
  if (!probe?.isConnected) {
    probe = document.createElement("i");
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}
