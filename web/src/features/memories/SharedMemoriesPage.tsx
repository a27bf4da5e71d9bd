// What all agents of a team remember together.
import { useTranslation } from "react-i18next";
import { Needs } from "@/access/Needs";
import { useSettingsSisters } from "@/access/sisters";
import { SisterPage } from "@/ui/Sections";
import { MemoryList } from "./MemoryList";

export default function SharedMemoriesPage() {
  const { t } = useTranslation();
  const sisters = useSettingsSisters();
  return (
    <SisterPage label={t("settings.title")} sisters={sisters} title={t("memory.title")}>
      <Needs permission="agent.read">
        <MemoryList agent="" hint={t("memory.sharedHint")} />
      </Needs>
    </SisterPage>
  );
}
