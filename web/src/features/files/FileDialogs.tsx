// What is asked before a file is moved, shared or deleted.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { deleteFile, linkFile, moveFile, type StoredFile } from "@/api/files";
import { Asking, Refusal } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { useFormats } from "@/ui/format";
import { TextInput } from "@/ui/inputs";
import { Labeled } from "@/ui/Labeled";
import { showToast } from "@/ui/toasts";
import type { Doing } from "./FileRow";
import { VersionsDialog } from "./VersionsDialog";

interface FileDialogProps {
  file: StoredFile;
  onClose: () => void;
}

function MoveDialog({ file, onClose }: FileDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [path, setPath] = useState(file.path || file.name);
  const move = async () => {
    await moveFile(file.id, path.trim());
    await client.invalidateQueries({ queryKey: ["files"] });
    onClose();
  };
  return (
    <Asking
      title={t("files.moveTitle", { name: file.name })}
      submit={t("files.move")}
      disabled={!path.trim()}
      onSubmit={move}
      onClose={onClose}
    >
      <Labeled label={t("files.path")} hint={t("files.pathHint")}>
        {(wiring) => (
          <TextInput {...wiring} value={path} onChange={(event) => setPath(event.target.value)} />
        )}
      </Labeled>
    </Asking>
  );
}

function LinkDialog({ file, onClose }: FileDialogProps) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const { data, error, mutate } = useMutation({ mutationFn: () => linkFile(file.id) });
  useEffect(() => mutate(), [mutate]);
  const copy = async () => {
    if (!data) return;
    await navigator.clipboard.writeText(data.url);
    showToast({ tone: "ok", text: t("files.linkCopied") });
  };
  return (
    <Dialog
      open
      title={t("files.linkTitle", { name: file.name })}
      onClose={onClose}
      footer={
        <Button look="primary" disabled={!data} onClick={copy}>
          {t("files.linkCopy")}
        </Button>
      }
    >
      <Refusal error={error} />
      {data && (
        <>
          <TextInput readOnly aria-label={t("files.link")} value={data.url} />
          <p className="mt-2 text-sm text-fg2">
            {t("files.linkHint", { until: date(data.expires_at) })}
          </p>
        </>
      )}
    </Dialog>
  );
}

function DeleteDialog({ file, onClose }: FileDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const remove = async () => {
    await deleteFile(file.id);
    await client.invalidateQueries({ queryKey: ["files"] });
    onClose();
  };
  return (
    <Asking
      danger
      title={t("files.deleteTitle", { name: file.path || file.name })}
      submit={t("files.delete")}
      onSubmit={remove}
      onClose={onClose}
    >
      <p>{file.version > 1 ? t("files.deleteAll") : t("files.deleteHint")}</p>
    </Asking>
  );
}

const DIALOGS = {
  versions: VersionsDialog,
  move: MoveDialog,
  link: LinkDialog,
  delete: DeleteDialog,
} satisfies Record<Doing, unknown>;

export function FileDialog({ what, ...props }: FileDialogProps & { what: Doing }) {
  const Chosen = DIALOGS[what];
  return <Chosen {...props} />;
}
