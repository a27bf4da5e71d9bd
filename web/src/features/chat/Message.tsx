// One message: what was said, or an answer with how it came about, and what can be done with either.
import { Link, useNavigate } from "@tanstack/react-router";
import clsx from "clsx";
import { ChevronLeft, ChevronRight, Copy, GitCompare, Pencil, RotateCw } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { isOnItsWay, type Partner, type ThreadMessage } from "@/api/threads";
import { ErrorCard } from "@/live/ErrorCard";
import { Button, buttonClass, IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { showToast } from "@/ui/toasts";
import { AnswerSteps } from "./AnswerSteps";
import { Attached, Composer } from "./Composer";
import { partnerOf, usePartners } from "./partners";
import { StreamedText } from "./StreamedText";

const LiveAnswer = lazy(() => import("./LiveAnswer"));
const CHOICES = 8;

export interface MessageActions {
  onShow: (message: string) => void;
  onEdit: (message: ThreadMessage, text: string, files: ThreadMessage["files"]) => Promise<unknown>;
  onRetry: (message: ThreadMessage, partner?: Partner) => void;
  busy: boolean;
}

interface MessageProps extends MessageActions {
  message: ThreadMessage;
}

/** Which of the branches this is, and the way to those beside it. */
function Branches({ message, onShow }: MessageProps) {
  const { t } = useTranslation();
  const { beside, id } = message;
  const at = beside.indexOf(id);
  const [before, after] = [beside[at - 1], beside[at + 1]];
  if (beside.length < 2) return null;
  return (
    <span className="inline-flex items-center text-sm text-fg2 tabular-nums">
      <IconButton
        small
        look="quiet"
        label={t("chat.branchBefore")}
        disabled={!before}
        onClick={() => before && onShow(before)}
      >
        <ChevronLeft size={14} />
      </IconButton>
      <span aria-label={t("chat.branchOf", { number: at + 1, total: beside.length })} role="img">
        {at + 1}/{beside.length}
      </span>
      <IconButton
        small
        look="quiet"
        label={t("chat.branchAfter")}
        disabled={!after}
        onClick={() => after && onShow(after)}
      >
        <ChevronRight size={14} />
      </IconButton>
    </span>
  );
}

function CopyButton({ text }: { text: string }) {
  const { t } = useTranslation();
  const copy = () =>
    void navigator.clipboard
      ?.writeText(text)
      .then(() => showToast({ tone: "ok", text: t("ui.copied") }));
  return (
    <IconButton small look="quiet" label={t("ui.copy")} onClick={copy}>
      <Copy size={14} />
    </IconButton>
  );
}

export function Question(props: MessageProps) {
  const { t } = useTranslation();
  const { message, onEdit, busy } = props;
  const [editing, setEditing] = useState(false);
  if (editing)
    return (
      <Composer
        initial={message.text}
        files={message.files}
        busy={busy}
        takesFiles
        error={null}
        submit={t("chat.send")}
        onSend={(text, files) => onEdit(message, text, files).then(() => setEditing(false))}
        onCancel={() => setEditing(false)}
      />
    );
  return (
    <article aria-label={t("chat.you")} className="group flex flex-col items-end gap-1">
      {message.files.length > 0 && (
        <ul
          aria-label={t("chat.files")}
          className="m-0 flex list-none flex-wrap justify-end gap-1.5 p-0"
        >
          {message.files.map((file) => (
            <Attached key={file.$file} file={file} />
          ))}
        </ul>
      )}
      {message.text && (
        <p className="max-w-[85%] rounded-card bg-accent-soft px-3.5 py-2 break-words whitespace-pre-wrap">
          {message.text}
        </p>
      )}
      <div className="flex h-7 items-center gap-0.5">
        <Branches {...props} />
        <CopyButton text={message.text} />
        <IconButton
          small
          look="quiet"
          label={t("chat.edit")}
          disabled={busy}
          onClick={() => setEditing(true)}
        >
          <Pencil size={14} />
        </IconButton>
      </div>
    </article>
  );
}

function Retry({ message, onRetry, busy }: MessageProps) {
  const { t } = useTranslation();
  const { agents, models } = usePartners();
  const others = [...agents, ...models].slice(0, CHOICES).map(({ id, title }) => ({
    id,
    label: t("chat.retryWith", { name: title }),
    onSelect: () => onRetry(message, partnerOf(id)),
  }));
  return (
    <Menu
      align="start"
      label={t("chat.retry")}
      trigger={
        <IconButton small look="quiet" label={t("chat.retry")} disabled={busy}>
          <RotateCw size={14} />
        </IconButton>
      }
      items={[
        { id: "again", label: t("chat.again"), onSelect: () => onRetry(message) },
        ...(others.length ? [null] : []),
        ...others,
      ]}
    />
  );
}

/** An answer that gave no text says why. */
function Ended(props: MessageProps): ReactNode {
  const { t } = useTranslation();
  const { message, onRetry, busy } = props;
  const { status, error } = message;
  if (error)
    return (
      <ErrorCard
        error={error}
        nameOf={(node) => node}
        actions={
          <Button
            small
            busy={busy}
            icon={<RotateCw size={14} aria-hidden />}
            onClick={() => onRetry(message)}
          >
            {t("chat.again")}
          </Button>
        }
      />
    );
  if (status === "cancelled") return <p className="text-sm text-fg3">{t("chat.stopped")}</p>;
  if (status === "gone") return <p className="text-sm text-fg3">{t("chat.gone")}</p>;
  return message.text ? null : <p className="text-sm text-fg3">{t("chat.nothing")}</p>;
}

export function Answer(props: MessageProps) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const navigate = useNavigate();
  const { nameOf } = usePartners();
  const { message } = props;
  const going = isOnItsWay(message);
  const run = message.run_id;
  const who = (message.agent_id && nameOf(message.agent_id)) || message.model || t("chat.model");
  return (
    <article aria-label={who} aria-busy={going} className="flex min-w-0 flex-col gap-1.5">
      <header className="flex items-baseline gap-2 text-sm">
        <span className="min-w-0 truncate font-semibold">{who}</span>
        {message.version !== null && (
          <span className="text-fg3">{t("agent.version", { number: message.version })}</span>
        )}
      </header>
      {going && run ? (
        <Suspense fallback={<p className="text-fg2">{t("chat.thinking")}</p>}>
          <LiveAnswer
            message={message}
            run={run}
            onNode={(node) => navigate({ to: "/runs/$id", params: { id: run }, search: { node } })}
          />
        </Suspense>
      ) : (
        <>
          {message.text && <StreamedText text={message.text} />}
          <Ended {...props} />
          {message.proposal && (
            <Link
              to="/proposals/$id"
              params={{ id: message.proposal }}
              className={clsx(buttonClass("plain", true), "self-start")}
            >
              <GitCompare size={14} aria-hidden />
              {t("chat.proposal")}
            </Link>
          )}
        </>
      )}
      {run && message.status !== "gone" && <AnswerSteps run={run} going={going} />}
      {!going && (
        <div className="flex h-7 items-center gap-0.5">
          <Branches {...props} />
          {message.text && <CopyButton text={message.text} />}
          <Retry {...props} />
          {message.tokens > 0 && (
            <span className="pl-2 text-xs text-fg3 tabular-nums">
              {t("chat.tokens", { count: message.tokens, number: number(message.tokens) })}
            </span>
          )}
        </div>
      )}
    </article>
  );
}
