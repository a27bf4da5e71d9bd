// One stored file: its name, where it lies, and what can be done with it.
import { Download, History, Link2, MoreHorizontal, Pencil, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { contentOf, type StoredFile } from "@/api/files";
import { IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Menu, type MenuItem } from "@/ui/Menu";

export type Doing = "versions" | "move" | "link" | "delete";

interface FileRowProps {
  file: StoredFile;
  onDo: (what: Doing) => void;
}

function usePlaceName() {
  const { t } = useTranslation();
  return (file: StoredFile) => {
    if (!file.workspace) return file.run_id ? t("files.ofRun") : t("files.loose");
    return file.workspace === "user" ? t("files.shared") : t("files.ofAgent");
  };
}

export function FileRow({ file, onDo }: FileRowProps) {
  const { t } = useTranslation();
  const { bytes, moment } = useFormats();
  const may = useMay();
  const placeName = usePlaceName();
  const item = (id: Doing, label: string, icon: MenuItem["icon"], danger = false): MenuItem => ({
    id,
    label,
    icon,
    danger,
    onSelect: () => onDo(id),
  });
  const items = [
    {
      id: "download",
      label: t("files.download"),
      icon: <Download size={14} />,
      onSelect: () => window.location.assign(contentOf(file.id, true)),
    },
    file.workspace ? item("versions", t("files.versions"), <History size={14} />) : null,
    may("share.write") ? item("link", t("files.link"), <Link2 size={14} />) : null,
    may("file.write") ? item("move", t("files.move"), <Pencil size={14} />) : null,
    may("file.delete") ? item("delete", t("files.delete"), <Trash2 size={14} />, true) : null,
  ].filter((each) => each !== null);
  return (
    <tr className="border-b border-line last:border-0">
      <th scope="row" className="max-w-0 py-2 pr-3 pl-4 font-normal sm:w-2/5">
        <a
          href={contentOf(file.id)}
          target="_blank"
          rel="noreferrer"
          className="block truncate text-accent hover:underline"
        >
          {file.path || file.name}
        </a>
        <span className="block truncate text-xs text-fg3">{file.type}</span>
      </th>
      <td className="px-3 py-2 text-sm text-fg2 max-sm:hidden">{placeName(file)}</td>
      <td className="px-3 py-2 text-sm text-fg2 tabular-nums max-sm:hidden">
        {file.version > 1 ? (
          <button
            type="button"
            className="min-h-6 text-accent hover:underline"
            onClick={() => onDo("versions")}
          >
            {t("files.version", { version: file.version })}
          </button>
        ) : (
          file.version > 0 && t("files.version", { version: file.version })
        )}
      </td>
      <td className="px-3 py-2 text-sm whitespace-nowrap text-fg2 tabular-nums">
        {bytes(file.size)}
      </td>
      <td className="px-3 py-2 text-sm whitespace-nowrap text-fg2 max-md:hidden">
        {moment(file.created_at)}
      </td>
      <td className="py-1 pr-2 text-right">
        <Menu
          label={t("files.actionsOf", { name: file.name })}
          trigger={
            <IconButton small look="quiet" label={t("files.actionsOf", { name: file.name })}>
              <MoreHorizontal size={16} />
            </IconButton>
          }
          items={items}
        />
      </td>
    </tr>
  );
}
