// "Describe a change…": what should be different, in words.
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { MakeForm } from "@/live/MakeForm";
import { Dialog } from "@/ui/Dialog";
import { useSession } from "./session";

const route = getRouteApi("/agents/$id/edit");

export default function ChangeDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { agent } = useSession();
  const navigate = route.useNavigate();
  return (
    <Dialog open wide title={t("make.change")} onClose={onClose}>
      <MakeForm
        agent={agent}
        label={t("make.changeLabel")}
        placeholder={t("make.changeExample")}
        onProposed={({ id }) => {
          onClose();
          void navigate({ search: (before) => ({ ...before, proposal: id }) });
        }}
      />
    </Dialog>
  );
}
