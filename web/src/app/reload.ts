// After an upgrade the old page asks for chunks that are gone: reload once, never in a loop.

const MARK = "luban-reloaded-at";
const ONCE_PER_MS = 30_000;

export function reloadOnceOnStaleChunk(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem(MARK) ?? 0);
    if (Date.now() - last < ONCE_PER_MS) return;
    event.preventDefault();
    sessionStorage.setItem(MARK, String(Date.now()));
    location.reload();
  });
}
