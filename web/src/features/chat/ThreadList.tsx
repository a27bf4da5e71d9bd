// The conversations there are: found by title, pinned, renamed, put away, deleted.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import {
  Archive,
  ArchiveRestore,
  EllipsisVertical,
  Pencil,
  Pin,
  PinOff,
  Plus,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  changeThread,
  deleteThread,
  type Thread,
  type ThreadChange,
  threadsQuery,
} from "@/api/threads";
import { Asking } from "@/ui/Asking";
import { buttonClass, IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { SearchInput, TextInput } from "@/ui/inputs";
import { Labeled } from "@/ui/Labeled";
import { Menu } from "@/ui/Menu";
import { QueryState } from "@/ui/QueryState";

function useThreadActions(thread: Thread) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const onSettled = () => client.invalidateQueries({ queryKey: ["threads"] });
  const change = useMutation({
    mutationFn: (wanted: ThreadChange) => changeThread(thread.id, wanted),
    onSettled,
  });
  const remove = async () => {
    await deleteThread(thread.id);
    client.removeQueries({ queryKey: ["threads", thread.id] });
    await navigate({ to: "/chat", search: {} });
    await onSettled();
  };
  return { change, remove };
}

type Asked = "rename" | "delete";

interface ThreadDialogProps {
  thread: Thread;
  asked: Asked;
  name: string;
  onClose: () => void;
}

function ThreadDialog({ thread, asked, name, onClose }: ThreadDialogProps) {
  const { t } = useTranslation();
  const [title, setTitle] = useState(thread.title);
  const { change, remove } = useThreadActions(thread);
  if (asked === "rename")
    return (
      <Asking
        title={t("chat.rename")}
        submit={t("ui.save")}
        disabled={!title.trim()}
        onClose={onClose}
        onSubmit={() => change.mutateAsync({ title: title.trim() }).then(onClose)}
      >
        <Labeled label={t("chat.title")}>
          {(wiring) => (
            <TextInput
              {...wiring}
              value={title}
              maxLength={200}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Labeled>
      </Asking>
    );
  return (
    <Asking
      danger
      title={t("chat.deleteTitle", { title: name })}
      submit={t("chat.delete")}
      onClose={onClose}
      onSubmit={remove}
    >
      <p className="text-fg2">{t("chat.deleteHint")}</p>
    </Asking>
  );
}

function ThreadItem({ thread, here }: { thread: Thread; here: boolean }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { change } = useThreadActions(thread);
  const name = thread.title || t("chat.untitled");
  return (
    <li className="group flex items-center rounded-control hover:bg-surface2 has-aria-[current=page]:bg-accent-soft">
      <Link
        to="/chat/$thread"
        params={{ thread: thread.id }}
        aria-current={here ? "page" : undefined}
        className="flex min-h-9 min-w-0 grow flex-col justify-center px-2.5 py-1"
      >
        <span className="flex items-center gap-1.5">
          {thread.pinned && (
            <Pin size={12} role="img" aria-label={t("chat.pinned")} className="shrink-0 text-fg3" />
          )}
          <span className="truncate">{name}</span>
        </span>
        <span className="text-xs text-fg3">{ago(thread.updated_at)}</span>
      </Link>
      <Menu
        label={t("chat.about", { title: name })}
        trigger={
          <IconButton small look="quiet" label={t("chat.about", { title: name })}>
            <EllipsisVertical size={15} />
          </IconButton>
        }
        items={[
          {
            id: "rename",
            label: t("chat.rename"),
            icon: <Pencil size={14} aria-hidden />,
            onSelect: () => setAsked("rename"),
          },
          {
            id: "pin",
            label: t(thread.pinned ? "chat.unpin" : "chat.pin"),
            icon: thread.pinned ? <PinOff size={14} aria-hidden /> : <Pin size={14} aria-hidden />,
            onSelect: () => change.mutate({ pinned: !thread.pinned }),
          },
          {
            id: "archive",
            label: t(thread.archived ? "chat.takeOut" : "chat.putAway"),
            icon: thread.archived ? (
              <ArchiveRestore size={14} aria-hidden />
            ) : (
              <Archive size={14} aria-hidden />
            ),
            onSelect: () => change.mutate({ archived: !thread.archived }),
          },
          {
            id: "delete",
            label: t("chat.delete"),
            danger: true,
            icon: <Trash2 size={14} aria-hidden />,
            onSelect: () => setAsked("delete"),
          },
        ]}
      />
      {asked && (
        <ThreadDialog thread={thread} asked={asked} name={name} onClose={() => setAsked(null)} />
      )}
    </li>
  );
}

export function ThreadList({ current }: { current: string | undefined }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const [archived, setArchived] = useState(false);
  const found = useQuery(threadsQuery(search, archived));
  return (
    <nav aria-label={t("chat.threads")} className="flex h-full min-h-0 flex-col gap-2 p-2.5">
      <Link to="/chat" search={{}} className={buttonClass("primary")}>
        <Plus size={15} aria-hidden />
        {t("chat.new")}
      </Link>
      <SearchInput value={search} onChange={setSearch} label={t("chat.search")} />
      <div className="min-h-0 grow overflow-y-auto">
        <QueryState query={found} rows={5}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="px-2.5 py-2 text-sm text-fg3">
                {t(search || archived ? "chat.noneFound" : "chat.none")}
              </p>
            ) : (
              <ul className="m-0 flex list-none flex-col gap-0.5 p-0">
                {items.map((thread) => (
                  <ThreadItem key={thread.id} thread={thread} here={thread.id === current} />
                ))}
              </ul>
            )
          }
        </QueryState>
      </div>
      <label className="flex min-h-6 items-center gap-2 px-1 text-sm text-fg2">
        <input
          type="checkbox"
          checked={archived}
          onChange={(event) => setArchived(event.target.checked)}
        />
        {t("chat.archived")}
      </label>
    </nav>
  );
}
