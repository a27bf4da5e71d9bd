// Talking with agents: conversations on the left, the one that is open beside them.
import { getRouteApi, Link, useParams } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ArrowDown, ChevronLeft, MessagesSquare, Share2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ShareDialog } from "@/access/dialogs";
import { useMay } from "@/access/session";
import { Button, IconButton } from "@/ui/Button";
import { TopBar, useTitle } from "@/ui/Page";
import { QueryState } from "@/ui/QueryState";
import { Empty } from "@/ui/states";
import { Composer } from "./Composer";
import { Answer, Question } from "./Message";
import { PartnerPick } from "./PartnerPick";
import { choiceOf, partnerOf, usePartners } from "./partners";
import { ThreadList } from "./ThreadList";
import { useStick } from "./useStick";
import { type Talk, useTalk } from "./useTalk";

const route = getRouteApi("/chat");

function Messages({ talk }: { talk: Talk }) {
  const { saying, retrying, showing, messages, going } = talk;
  const actions = {
    busy: going || saying.isPending || retrying.isPending,
    onShow: (message: string) => showing.mutate(message),
    onEdit: (message: { id: string }, text: string, files: Talk["messages"][number]["files"]) =>
      saying.mutateAsync({ text, files, edits: message.id }),
    onRetry: (message: Talk["messages"][number], other?: ReturnType<typeof partnerOf>) =>
      retrying.mutate({ message, other }),
  };
  return messages.map((message) =>
    message.role === "user" ? (
      <Question key={message.id} message={message} {...actions} />
    ) : (
      <Answer key={message.id} message={message} {...actions} />
    ),
  );
}

/** Says to who cannot see it that an answer is on its way, and when it is there. */
function Told({ talk }: { talk: Talk }) {
  const { t } = useTranslation();
  const last = talk.messages.at(-1);
  const said = talk.going
    ? t("chat.answering")
    : last?.role === "assistant"
      ? t("chat.answered")
      : "";
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}

function Open({ thread, agent }: { thread: string | undefined; agent: string | undefined }) {
  const { t } = useTranslation();
  const may = useMay();
  const [choice, setChoice] = useState(choiceOf({ agent }));
  const [sharing, setSharing] = useState(false);
  const talk = useTalk(thread, partnerOf(choice));
  const { detail, saying, stopping, going, choosing, messages } = talk;
  const { takesFiles } = usePartners();
  const stick = useStick();
  const known = thread === undefined ? undefined : detail.data;
  const partner = known ? choiceOf({ agent: known.agent_id, model: known.model }) : choice;
  const title = known?.title || t(thread ? "chat.untitled" : "chat.new");
  useTitle(title);
  return (
    <section aria-label={title} className="flex h-full min-h-0 min-w-0 grow flex-col">
      <TopBar>
        <Link
          to="/chat"
          search={{ list: true }}
          aria-label={t("chat.threads")}
          className="grid size-8 place-items-center text-fg2 sm:hidden"
        >
          <ChevronLeft size={18} />
        </Link>
        <h1 className="min-w-0 grow truncate text-base">{title}</h1>
        <PartnerPick
          value={partner}
          disabled={going}
          onChoose={(next) => (thread ? choosing.mutate(partnerOf(next)) : setChoice(next))}
        />
        {thread && may("share.read") && (
          <IconButton look="quiet" label={t("chat.share")} onClick={() => setSharing(true)}>
            <Share2 size={16} />
          </IconButton>
        )}
      </TopBar>
      <div className="relative min-h-0 grow">
        <div ref={stick.box} className="h-full overflow-y-auto [overflow-anchor:none]">
          <div ref={stick.inner} className="mx-auto flex w-full max-w-3xl flex-col gap-4 px-4 py-5">
            {thread === undefined ? (
              <Empty icon={<MessagesSquare size={28} aria-hidden />} title={t("chat.begin")}>
                {t("chat.beginHint")}
              </Empty>
            ) : (
              <QueryState query={detail} rows={4}>
                {() => <Messages talk={talk} />}
              </QueryState>
            )}
          </div>
        </div>
        {stick.away && messages.length > 0 && (
          <Button
            small
            className="absolute! bottom-3 left-1/2 -translate-x-1/2 shadow-float"
            icon={<ArrowDown size={14} aria-hidden />}
            onClick={stick.toEnd}
          >
            {t("chat.toEnd")}
          </Button>
        )}
      </div>
      <Told talk={talk} />
      <div className="mx-auto w-full max-w-3xl px-4 pb-4">
        <Composer
          key={thread ?? "new"}
          busy={saying.isPending}
          takesFiles={takesFiles(partner)}
          error={saying.error}
          submit={t("chat.send")}
          onSend={async (text, files) => {
            stick.toEnd();
            await saying.mutateAsync({ text, files });
          }}
          onStop={going ? () => stopping.mutate() : undefined}
        />
      </div>
      {sharing && thread && (
        <ShareDialog kind="thread" id={thread} name={title} onClose={() => setSharing(false)} />
      )}
    </section>
  );
}

export default function ChatPage() {
  const { thread } = useParams({ strict: false });
  const { agent, list } = route.useSearch();
  return (
    <div className="flex h-full min-h-0">
      <div
        className={clsx(
          "w-64 shrink-0 border-line bg-surface max-sm:w-full sm:border-r",
          !(list && thread === undefined) && "max-sm:hidden",
        )}
      >
        <ThreadList current={thread} />
      </div>
      <div className={clsx("flex min-w-0 grow", list && thread === undefined && "max-sm:hidden")}>
        <Open key={thread ?? `new ${agent ?? ""}`} thread={thread} agent={agent} />
      </div>
    </div>
  );
}
