// Back and forth between the pages of a list.
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./Button";

interface PagerProps {
  /** What is paged. */
  label: string;
  page: number;
  pages: number;
  onPage: (page: number) => void;
}

export function Pager({ label, page, pages, onPage }: PagerProps) {
  const { t } = useTranslation();
  if (pages <= 1) return null;
  return (
    <nav className="mt-3 flex items-center justify-end gap-2" aria-label={label}>
      <IconButton label={t("ui.previous")} disabled={page <= 1} onClick={() => onPage(page - 1)}>
        <ChevronLeft size={16} />
      </IconButton>
      <span className="text-sm text-fg2 tabular-nums">{t("ui.pageOf", { page, pages })}</span>
      <IconButton label={t("ui.next")} disabled={page >= pages} onClick={() => onPage(page + 1)}>
        <ChevronRight size={16} />
      </IconButton>
    </nav>
  );
}
