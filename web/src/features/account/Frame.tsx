// The settings around each page of one's own account.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSettingsSisters } from "@/access/sisters";
import { SisterPage } from "@/ui/Sections";

export function Frame({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  const sisters = useSettingsSisters();
  return (
    <SisterPage label={t("settings.title")} sisters={sisters} title={title}>
      {children}
    </SisterPage>
  );
}
