// What is selected, and everything that can be set on it.
import { useTranslation } from "react-i18next";
import type { Finding } from "@/editor";
import { Button } from "@/ui/Button";
import { AgentPanel } from "./AgentPanel";
import { LinkPanel } from "./LinkPanel";
import { NodePanel } from "./NodePanel";
import { useEditor, useSession } from "./session";

interface InspectorProps {
  findings: Finding[];
  run: string | undefined;
}

function ManyPanel({ ids }: { ids: string[] }) {
  const { t } = useTranslation();
  const { editor } = useSession();
  const nodes = editor.graph().nodes;
  const off = ids.every((id) => nodes[id]?.disabled === true);
  return (
    <div className="flex flex-col gap-3 p-4">
      <h2 className="text-lg">{t("builder.selected", { count: ids.length })}</h2>
      <div className="flex gap-2">
        <Button
          onClick={() =>
            editor.dispatch({
              type: "setNode",
              ids,
              key: "disabled",
              value: off ? undefined : true,
            })
          }
        >
          {off ? t("builder.enable") : t("builder.disable")}
        </Button>
        <Button look="danger" onClick={() => editor.dispatch({ type: "delete", nodes: ids })}>
          {t("builder.delete")}
        </Button>
      </div>
    </div>
  );
}

export function Inspector({ findings, run }: InspectorProps) {
  const { editor } = useSession();
  const selection = useEditor((state) => state.selection);
  useEditor((state) => state.doc);
  const ids = [...selection.nodes];
  const [only] = ids;
  const [link] = selection.links;
  if (ids.length > 1) return <ManyPanel ids={ids} />;
  if (only !== undefined && editor.graph().nodes[only])
    return <NodePanel key={only} id={only} findings={findings} run={run} />;
  if (link !== undefined && editor.graph().links[link]) return <LinkPanel id={link} />;
  return <AgentPanel />;
}
