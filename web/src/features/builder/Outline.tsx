// Every block in the order work flows through them: the canvas for those who cannot or will not see it.
import { clsx } from "clsx";
import { Copy, Ellipsis, Link2, Power, Settings2, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BlockIcon } from "@/canvas";
import { duplicateCommand, type Finding, specOf, topological } from "@/editor";
import { StatusIcon } from "@/live/Status";
import { useNodeLive } from "@/live/store";
import { IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { Empty } from "@/ui/states";
import { ConnectDialog } from "./ConnectDialog";
import { isNoteNode, nodeTitle } from "./nodeWords";
import { useEditor, useSession } from "./session";

interface RowProps {
  id: string;
  findings: number;
  onInspect: (id: string) => void;
  onConnect: (id: string) => void;
}

interface RowMenuProps extends Omit<RowProps, "findings"> {
  title: string;
  off: boolean;
}

function RowMenu({ id, title, off, onInspect, onConnect }: RowMenuProps) {
  const { t } = useTranslation();
  const { editor } = useSession();
  const copy = () => {
    const command = duplicateCommand(editor.view(), new Set([id]));
    if (command) editor.dispatch(command);
  };
  return (
    <Menu
      label={t("builder.actionsFor", { name: title })}
      trigger={
        <IconButton small look="quiet" label={t("builder.actionsFor", { name: title })}>
          <Ellipsis size={15} />
        </IconButton>
      }
      items={[
        {
          id: "open",
          label: t("builder.openSettings"),
          icon: <Settings2 size={14} />,
          onSelect: () => {
            editor.select([id]);
            onInspect(id);
          },
        },
        {
          id: "connect",
          label: t("builder.connectTo"),
          icon: <Link2 size={14} />,
          onSelect: () => onConnect(id),
        },
        { id: "copy", label: t("builder.duplicate"), icon: <Copy size={14} />, onSelect: copy },
        {
          id: "off",
          label: off ? t("builder.enable") : t("builder.disable"),
          icon: <Power size={14} />,
          onSelect: () =>
            editor.dispatch({
              type: "setNode",
              ids: [id],
              key: "disabled",
              value: off ? undefined : true,
            }),
        },
        null,
        {
          id: "delete",
          label: t("builder.delete"),
          icon: <Trash2 size={14} />,
          danger: true,
          onSelect: () => editor.dispatch({ type: "delete", nodes: [id] }),
        },
      ]}
    />
  );
}

function Row({ id, findings, onInspect, onConnect }: RowProps) {
  const { t } = useTranslation();
  const { language, number } = useFormats();
  const { editor, canvas } = useSession();
  const path = useEditor((state) => state.path);
  const selected = useEditor((state) => state.selection.nodes.has(id));
  const live = useNodeLive([...path, id].join("/"));
  const node = editor.graph().nodes[id];
  const spec = specOf(node, editor.blocks());
  if (!node) return null;
  const title = nodeTitle(id, editor.graph(), editor.blocks(), language);
  const show = () => {
    editor.select([id]);
    canvas.current?.show(id);
  };
  const off = node.disabled === true;
  return (
    <li
      className={clsx(
        "flex items-center rounded-control pr-1",
        selected ? "bg-accent-soft" : "hover:bg-surface2",
      )}
    >
      <button
        type="button"
        aria-current={selected || undefined}
        onClick={show}
        className={clsx(
          "flex min-h-9 min-w-0 grow items-center gap-2 px-2 text-left",
          off && "text-fg3 line-through",
        )}
      >
        <BlockIcon icon={spec?.icon} category={spec?.category} size={22} />
        <span className="min-w-0 grow truncate">{title}</span>
        {findings > 0 && (
          <span
            role="img"
            aria-label={t("agent.problems", { count: findings })}
            className="rounded-full bg-bad-soft px-1.5 text-xs text-bad no-underline tabular-nums"
          >
            {number(findings)}
          </span>
        )}
        {live && live.status !== "idle" && (
          <>
            <StatusIcon status={live.status} />
            <span className="sr-only">{t(`status.${live.status}`)}</span>
          </>
        )}
      </button>
      <RowMenu id={id} title={title} off={off} onInspect={onInspect} onConnect={onConnect} />
    </li>
  );
}

interface OutlineProps {
  findings: Finding[];
  onInspect: (id: string) => void;
}

export function Outline({ findings, onInspect }: OutlineProps) {
  const { t } = useTranslation();
  const { editor } = useSession();
  const [connecting, setConnecting] = useState<string | null>(null);
  const path = useEditor((state) => state.path);
  useEditor((state) => state.doc);
  const graph = editor.graph();
  const ids = topological(graph).filter(
    (id) => !isNoteNode(graph.nodes[id], editor.blocks().find(graph.nodes[id]?.block)),
  );
  const prefix = path.length ? `${path.join("/")}/` : "";
  if (ids.length === 0)
    return <Empty title={t("builder.outlineEmpty")}>{t("builder.outlineHint")}</Empty>;
  return (
    <>
      <ol
        aria-label={t("builder.outline")}
        className="m-0 min-h-0 grow list-none overflow-y-auto p-1.5"
      >
        {ids.map((id) => (
          <Row
            key={id}
            id={id}
            findings={findings.filter((finding) => finding.node === prefix + id).length}
            onInspect={onInspect}
            onConnect={setConnecting}
          />
        ))}
      </ol>
      {connecting && <ConnectDialog from={connecting} onClose={() => setConnecting(null)} />}
    </>
  );
}
