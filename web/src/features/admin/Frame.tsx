// The administration around each of its pages.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Needs } from "@/access/Needs";
import { useAdminSisters } from "@/access/sisters";
import { SisterPage } from "@/ui/Sections";

interface FrameProps {
  title: string;
  /** What one must be permitted to see the page. */
  needs: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Frame({ title, needs, actions, children }: FrameProps) {
  const { t } = useTranslation();
  const sisters = useAdminSisters();
  return (
    <SisterPage label={t("nav.admin")} sisters={sisters} title={title} actions={actions}>
      <Needs permission={needs}>{children}</Needs>
    </SisterPage>
  );
}
