// What was at a path before: looked at, brought back, taken away.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { contentOf, deleteFile, restoreFile, type StoredFile, versionsQuery } from "@/api/files";
import { Refusal } from "@/ui/Asking";
import { Button, buttonClass, IconButton } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { useFormats } from "@/ui/format";
import { QueryState } from "@/ui/QueryState";
import { showToast } from "@/ui/toasts";

interface VersionsDialogProps {
  file: StoredFile;
  onClose: () => void;
}

export function VersionsDialog({ file, onClose }: VersionsDialogProps) {
  const { t } = useTranslation();
  const { bytes, date } = useFormats();
  const may = useMay();
  const client = useQueryClient();
  const versions = useQuery(versionsQuery(file.id));
  const [error, setError] = useState<unknown>(null);
  const change = async (work: Promise<unknown>, told: string) => {
    setError(null);
    try {
      await work;
      showToast({ tone: "ok", text: told });
      await client.invalidateQueries({ queryKey: ["files"] });
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <Dialog open wide title={t("files.versionsOf", { name: file.path })} onClose={onClose}>
      <Refusal error={error} />
      <QueryState query={versions} rows={3}>
        {(all) => (
          <ul className="m-0 list-none p-0">
            {all.map((each) => (
              <li
                key={each.id}
                className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-2 last:border-0"
              >
                <span className="min-w-24 font-semibold">
                  {t("files.version", { version: each.version })}
                  {each.newest && (
                    <span className="ml-2 text-sm font-normal text-fg3">{t("files.newest")}</span>
                  )}
                </span>
                <span className="text-sm text-fg2 tabular-nums">{bytes(each.size)}</span>
                <span className="grow text-sm text-fg2">{date(each.created_at)}</span>
                <a
                  className={buttonClass("quiet", true)}
                  href={contentOf(each.id, true)}
                  aria-label={t("files.downloadVersion", { version: each.version })}
                >
                  <Download size={14} aria-hidden />
                </a>
                {!each.newest && may("file.write") && (
                  <Button
                    small
                    icon={<RotateCcw size={14} aria-hidden />}
                    onClick={() =>
                      change(restoreFile(each.id), t("files.restored", { version: each.version }))
                    }
                  >
                    {t("files.restore")}
                  </Button>
                )}
                {!each.newest && may("file.delete") && (
                  <IconButton
                    small
                    look="quiet"
                    label={t("files.deleteVersion", { version: each.version })}
                    onClick={() => change(deleteFile(each.id), t("files.deleted"))}
                  >
                    <Trash2 size={14} />
                  </IconButton>
                )}
              </li>
            ))}
          </ul>
        )}
      </QueryState>
    </Dialog>
  );
}
