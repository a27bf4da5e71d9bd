/** What an empty canvas says. */

import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";

export function EmptyHint({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="lb-empty">
      <button
        type="button"
        className="lb-empty-add"
        aria-label={t("canvas.addBlock")}
        onClick={onAdd}
      >
        <Plus size={22} aria-hidden />
      </button>
      <b>{t("canvas.emptyTitle")}</b>
      <span>{t("canvas.emptyHint")}</span>
    </div>
  );
}
