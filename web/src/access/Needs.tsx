// Shows a page only to whoever may see it, and says to the others what they lack.
import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/ui/states";
import { useMay } from "./session";

export function Needs({ permission, children }: { permission: string; children: ReactNode }) {
  const { t } = useTranslation();
  const may = useMay();
  if (may(permission)) return children;
  return (
    <Empty icon={<Lock size={28} aria-hidden />} title={t("access.forbidden")}>
      {t("access.forbiddenHint", { permission })}
    </Empty>
  );
}
