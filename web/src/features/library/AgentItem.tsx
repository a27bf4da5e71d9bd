// One agent of the library, as a card or as a row.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import {
  Brain,
  Copy,
  Ellipsis,
  FileDown,
  MessagesSquare,
  Pencil,
  Play,
  Share2,
  Trash2,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { talkableQuery } from "@/api/threads";
import type { AgentView } from "@/api/types";
import { StatusChip } from "@/live/Status";
import { Button, IconButton } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import type { AgentActions } from "./useAgentActions";

interface ItemProps {
  agent: AgentView;
  actions: AgentActions;
  onRun: () => void;
}

function ItemMenu({ agent, actions, onRun }: ItemProps) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { data: talkable } = useQuery({ ...talkableQuery(), enabled: may("run.start") });
  const label = t("library.menu", { name: agent.name });
  return (
    <Menu
      label={label}
      trigger={
        <IconButton small look="quiet" label={label}>
          <Ellipsis size={16} />
        </IconButton>
      }
      items={[
        ...(talkable?.some(({ id }) => id === agent.id)
          ? [
              {
                id: "chat",
                label: t("chat.with"),
                icon: <MessagesSquare size={14} />,
                onSelect: () => void navigate({ to: "/chat", search: { agent: agent.id } }),
              },
            ]
          : []),
        { id: "run", label: t("agent.run"), icon: <Play size={14} />, onSelect: onRun },
        {
          id: "edit",
          label: t("agent.edit"),
          icon: <Pencil size={14} />,
          onSelect: () => void actions.edit(agent),
        },
        {
          id: "memory",
          label: t("library.memory"),
          icon: <Brain size={14} />,
          onSelect: () => void actions.memory(agent),
        },
        {
          id: "copy",
          label: t("library.duplicate"),
          icon: <Copy size={14} />,
          onSelect: () => actions.duplicate.mutate(agent),
        },
        {
          id: "yaml",
          label: t("library.exportYaml"),
          icon: <FileDown size={14} />,
          onSelect: () => actions.save(agent, "yaml"),
        },
        {
          id: "json",
          label: t("library.exportJson"),
          icon: <FileDown size={14} />,
          onSelect: () => actions.save(agent, "json"),
        },
        ...(may("share.read")
          ? [
              {
                id: "share",
                label: t("library.share"),
                icon: <Share2 size={14} />,
                onSelect: () => actions.share(agent),
              },
            ]
          : []),
        null,
        {
          id: "delete",
          label: t("library.delete"),
          icon: <Trash2 size={14} />,
          danger: true,
          onSelect: () => actions.remove(agent),
        },
      ]}
    />
  );
}

function Version({ agent }: { agent: AgentView }) {
  const { t } = useTranslation();
  const { published_version: published } = agent;
  return published === null ? (
    <Chip>{t("agent.unpublished")}</Chip>
  ) : (
    <Chip tone="accent">{t("agent.published", { number: published })}</Chip>
  );
}

function Problems({ agent }: { agent: AgentView }) {
  const { t } = useTranslation();
  if (!agent.findings_count) return null;
  return <Chip tone="bad">{t("agent.problems", { count: agent.findings_count })}</Chip>;
}

function LastRun({ agent }: { agent: AgentView }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const run = agent.last_run;
  if (!run) return <span className="text-xs text-fg3">{t("agent.neverRun")}</span>;
  return (
    <Link
      to="/runs/$id"
      params={{ id: run.id }}
      className="relative z-1 inline-flex min-h-6 items-center gap-1.5 hover:underline"
    >
      <StatusChip status={run.status} />
      <span className="text-xs text-fg3">{ago(run.created_at)}</span>
    </Link>
  );
}

function Name({ agent }: { agent: AgentView }) {
  const { t } = useTranslation();
  return (
    <Link
      to="/agents/$id/edit"
      params={{ id: agent.id }}
      className="block min-h-6 truncate leading-6 font-semibold after:absolute after:inset-0 after:rounded-card"
    >
      {agent.name || t("agent.untitled")}
    </Link>
  );
}

export function AgentCard(props: ItemProps) {
  const { agent, onRun } = props;
  const { t } = useTranslation();
  const { ago } = useFormats();
  return (
    <li className="relative flex min-h-36 flex-col rounded-card border border-line bg-surface p-3.5 transition-colors hover:border-line-strong">
      <div className="flex items-start gap-2">
        <h2 className="min-w-0 grow text-base">
          <Name agent={agent} />
        </h2>
        <span className="relative z-1 -mt-1 -mr-1.5">
          <ItemMenu {...props} />
        </span>
      </div>
      <p className="mb-3 line-clamp-2 text-sm text-fg2">{agent.description}</p>
      <div className="mt-auto flex flex-wrap items-center gap-1.5">
        <Version agent={agent} />
        <Problems agent={agent} />
        <span className="ml-auto text-xs text-fg3">
          {t("agent.updated", { ago: ago(agent.updated_at) })}
        </span>
      </div>
      <div className="mt-2.5 flex items-center gap-2 border-t border-line pt-2.5">
        <LastRun agent={agent} />
        <span className="grow" />
        <Button
          small
          className="relative z-1"
          icon={<Play size={13} aria-hidden />}
          onClick={onRun}
        >
          {t("agent.run")}
        </Button>
      </div>
    </li>
  );
}

export function AgentRow(props: ItemProps) {
  const { agent, onRun } = props;
  const { t } = useTranslation();
  const { ago } = useFormats();
  return (
    <tr className="relative border-line not-first:border-t hover:bg-bg">
      <td className="max-w-80 py-2 pr-3 pl-4">
        <Name agent={agent} />
        {agent.description && <p className="truncate text-xs text-fg3">{agent.description}</p>}
      </td>
      <td className="px-3 py-2">
        <span className="flex gap-1.5">
          <Version agent={agent} />
          <Problems agent={agent} />
        </span>
      </td>
      <td className="px-3 py-2 whitespace-nowrap max-sm:hidden">
        <LastRun agent={agent} />
      </td>
      <td className="px-3 py-2 whitespace-nowrap text-fg2 max-sm:hidden">
        {ago(agent.updated_at)}
      </td>
      <td className="w-24 py-2 pr-3 pl-3">
        <span className="relative z-1 flex justify-end gap-1">
          <IconButton small look="quiet" label={t("agent.run")} onClick={onRun}>
            <Play size={14} />
          </IconButton>
          <ItemMenu {...props} />
        </span>
      </td>
    </tr>
  );
}
