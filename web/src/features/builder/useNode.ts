// One node of the graph that is open, as the panels beside the canvas show it.
import { useEditor, useSession } from "./session";

export function useNode(id: string) {
  const { editor } = useSession();
  const path = useEditor((state) => [...state.path, id].join("/"));
  useEditor((state) => state.doc);
  const graph = editor.graph();
  return { editor, graph, node: graph.nodes[id] ?? {}, blocks: editor.blocks(), path };
}
