/** The canvas alone on a page, filled by `?nodes=`, for `benchmarks/canvas.py`. Not part of the app. */

import { createRoot } from "react-dom/client";
import { startTranslation } from "@/app/i18n";
import "@/app/styles.css";
import { Canvas, type CanvasControls } from "@/canvas";
import { createEditor, type Editor, NOTE_BLOCK } from "@/editor";
import { BLOCKS, largeAgent, withBody } from "@/editor/testing/agents";
import { createLive, followLive, LiveProvider, type LiveStore } from "@/live/store";
import { TipLayer } from "@/ui/TipLayer";

declare global {
  interface Window {
    bench: {
      editor: Editor;
      live: LiveStore;
      controls: { current: CanvasControls | null };
      follow: (run: string) => void;
    };
  }
}

const query = new URLSearchParams(location.search);
const count = Number(query.get("nodes") ?? 0);

function demoAgent() {
  const agent = withBody();
  return {
    ...agent,
    nodes: {
      ...agent.nodes,
      split: { block: "text.split", with: { separator: "," }, at: [300, 320] as [number, number] },
      read: { block: "file.read", at: [0, 420] as [number, number] },
      memo: {
        block: NOTE_BLOCK,
        with: { text: "Every weekday at nine.\n每个工作日九点。" },
        at: [0, -140] as [number, number],
      },
    },
  };
}

const editor = createEditor({
  tree: query.has("demo") ? demoAgent() : largeAgent(count),
  blocks: BLOCKS,
});
const live = createLive();
const controls: { current: CanvasControls | null } = { current: null };
window.bench = { editor, live, controls, follow: (run) => followLive(live, run) };

await startTranslation();
document.documentElement.dataset.theme = query.get("theme") ?? "light";
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <LiveProvider value={live}>
      <div style={{ height: "100vh" }}>
        <Canvas editor={editor} findings={[]} controls={controls} />
      </div>
      <TipLayer />
    </LiveProvider>,
  );
}
