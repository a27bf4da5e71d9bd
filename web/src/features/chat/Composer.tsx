// Where a message is written: Enter sends unless an input method has it, files are attached, dropped or pasted.
import { clsx } from "clsx";
import { FileText, Paperclip, SendHorizontal, Square, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { uploadFile } from "@/api/files";
import type { FileReference } from "@/api/types";
import { Refusal } from "@/ui/Asking";
import { Button, IconButton } from "@/ui/Button";
import { isImeKey } from "@/ui/ime";
import { TextArea } from "@/ui/inputs";

interface ComposerProps {
  /** Text to begin with, when a message is said anew. */
  initial?: string;
  files?: FileReference[];
  busy: boolean;
  takesFiles: boolean;
  error: unknown;
  submit: string;
  onSend: (text: string, files: FileReference[]) => Promise<unknown>;
  onStop?: (() => void) | undefined;
  onCancel?: () => void;
}

function useAttached(initial: FileReference[]) {
  const [files, setFiles] = useState(initial);
  const [loading, setLoading] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const attach = async (added: Iterable<File>) => {
    setError(null);
    for (const file of added) {
      setLoading((now) => now + 1);
      try {
        const stored = await uploadFile(file);
        setFiles((before) => [...before, stored]);
      } catch (caught) {
        setError(caught);
      } finally {
        setLoading((now) => now - 1);
      }
    }
  };
  const remove = (file: FileReference) =>
    setFiles((before) => before.filter((each) => each !== file));
  return { files, setFiles, attach, remove, loading: loading > 0, error };
}

export function Attached(props: { file: FileReference; onRemove?: () => void }) {
  const { t } = useTranslation();
  const { file, onRemove } = props;
  return (
    <li className="flex h-7 max-w-60 items-center gap-1.5 rounded-control border border-line bg-surface px-2 text-sm">
      <FileText size={14} aria-hidden className="shrink-0 text-kind-file" />
      <span className="truncate">{file.name}</span>
      {onRemove && (
        <button
          type="button"
          aria-label={t("form.removeFile", { name: file.name })}
          className="grid size-6 place-items-center text-fg3 hover:text-fg"
          onClick={onRemove}
        >
          <X size={13} />
        </button>
      )}
    </li>
  );
}

interface ActionsProps {
  takesFiles: boolean;
  loading: boolean;
  busy: boolean;
  empty: boolean;
  submit: string;
  onTake: (files: FileList | null) => void;
  onStop: (() => void) | undefined;
  onCancel: (() => void) | undefined;
}

function Actions(props: ActionsProps) {
  const { t } = useTranslation();
  const { takesFiles, loading, busy, empty, submit, onTake, onStop, onCancel } = props;
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <div className="flex items-center gap-1.5">
      {takesFiles && (
        <>
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={t("chat.attach")}
            onChange={(event) => {
              onTake(event.target.files);
              event.target.value = "";
            }}
          />
          <IconButton
            look="quiet"
            label={t("chat.attach")}
            tipSide="top"
            onClick={() => chooser.current?.click()}
          >
            <Paperclip size={16} />
          </IconButton>
        </>
      )}
      <span className="min-w-0 grow truncate text-xs text-fg3 max-sm:invisible">
        {loading ? t("ui.loading") : t("chat.keys")}
      </span>
      {onCancel && (
        <Button look="quiet" onClick={onCancel}>
          {t("ui.cancel")}
        </Button>
      )}
      {onStop ? (
        <Button icon={<Square size={13} aria-hidden />} onClick={onStop}>
          {t("chat.stop")}
        </Button>
      ) : (
        <Button
          type="submit"
          look="primary"
          busy={busy}
          disabled={empty || loading}
          icon={<SendHorizontal size={15} aria-hidden />}
        >
          {submit}
        </Button>
      )}
    </div>
  );
}

export function Composer(props: ComposerProps) {
  const { t } = useTranslation();
  const { busy, takesFiles, onSend, onStop, onCancel } = props;
  const id = useId();
  const [text, setText] = useState(props.initial ?? "");
  const [over, setOver] = useState(false);
  const attached = useAttached(props.files ?? []);
  const area = useRef<HTMLTextAreaElement>(null);
  const empty = text.trim() === "" && attached.files.length === 0;
  useEffect(() => area.current?.focus({ preventScroll: true }), []);
  const send = async () => {
    if (empty || busy || attached.loading || onStop) return;
    const [said, files] = [text, attached.files];
    setText("");
    attached.setFiles([]);
    try {
      await onSend(said, files);
    } catch {
      // What was written is not lost; why it was refused stands above.
      setText((now) => now || said);
      attached.setFiles((now) => (now.length ? now : files));
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isImeKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape" && onCancel) onCancel();
  };
  const take = (files: FileList | undefined | null) => {
    if (takesFiles && files?.length) void attached.attach([...files]);
  };
  return (
    <form
      className={clsx(
        "flex flex-col gap-2 rounded-card border bg-surface p-2",
        over ? "border-accent" : "border-line-strong",
      )}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onDragOver={(event) => {
        if (!takesFiles) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <Refusal error={attached.error ?? props.error} />
      {attached.files.length > 0 && (
        <ul aria-label={t("chat.files")} className="m-0 flex list-none flex-wrap gap-1.5 p-0">
          {attached.files.map((file) => (
            <Attached key={file.$file} file={file} onRemove={() => attached.remove(file)} />
          ))}
        </ul>
      )}
      <label htmlFor={id} className="sr-only">
        {t("chat.message")}
      </label>
      <TextArea
        id={id}
        ref={area}
        rows={1}
        value={text}
        placeholder={t("chat.placeholder")}
        className="max-h-60! min-h-9! resize-none! border-transparent!"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={(event) => take(event.clipboardData.files)}
      />
      <Actions
        takesFiles={takesFiles}
        loading={attached.loading}
        busy={busy}
        empty={empty}
        submit={props.submit}
        onTake={take}
        onStop={onStop}
        onCancel={onCancel}
      />
    </form>
  );
}
