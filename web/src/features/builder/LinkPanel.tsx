import { Trash2 } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Switch } from "@/ui/inputs";
import { nodeTitle, pinTitle, sourceLabel } from "./nodeWords";
import { useSession } from "./session";

export function LinkPanel({ id }: { id: string }) {
  const { t } = useTranslation();
  const { language } = useFormats();
  const { editor } = useSession();
  const sticky = useId();
  const graph = editor.graph();
  const blocks = editor.blocks();
  const link = graph.links[id];
  if (!link) return null;
  const { from, to, tree } = link;
  const target = to && graph.nodes[to.node];
  const kept = typeof tree === "object" && tree.sticky === true;
  return (
    <div className="flex flex-col gap-4 p-4">
      <h2 className="text-lg">{t("builder.link")}</h2>
      <p className="break-words">
        {from && sourceLabel(graph, from, blocks, language)}
        <span className="text-fg3"> → </span>
        {to &&
          `${nodeTitle(to.node, graph, blocks, language)} · ${pinTitle(target ?? undefined, "in", to.pin, blocks, language)}${to.path}`}
      </p>
      <div className="flex items-start gap-3">
        <div className="grow">
          <label htmlFor={sticky}>{t("builder.sticky")}</label>
          <p className="text-xs text-fg3">{t("builder.stickyHint")}</p>
        </div>
        <Switch
          id={sticky}
          checked={kept}
          onChange={(event) =>
            editor.dispatch({
              type: "setLink",
              id,
              sticky: event.target.checked ? true : undefined,
            })
          }
        />
      </div>
      <Button
        look="danger"
        className="self-start"
        icon={<Trash2 size={14} aria-hidden />}
        onClick={() => editor.dispatch({ type: "delete", links: [id] })}
      >
        {t("builder.deleteLink")}
      </Button>
    </div>
  );
}
