// Where a provider's window ends that was opened beside the work: it tells the work, and closes.
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { announceSignIn } from "@/access/session";
import { BarePage } from "@/ui/BarePage";

export default function DonePage() {
  const { t } = useTranslation();
  useEffect(() => {
    announceSignIn();
    window.close();
  }, []);
  return (
    <BarePage title={t("signIn.doneTitle")}>
      <p className="text-fg2">{t("signIn.doneHint")}</p>
    </BarePage>
  );
}
