// "Make me an agent that …": the way in for those who rather say it than draw it.
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { openProposal } from "@/api/proposals";
import { MakeForm } from "@/live/MakeForm";

export function MakeBox() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <section
      aria-label={t("make.title")}
      className="mt-6 rounded-card border border-line bg-surface p-4 sm:p-5"
    >
      <h2 className="mb-2 text-xl">{t("make.title")}</h2>
      <MakeForm
        label={t("make.label")}
        placeholder={t("make.example")}
        onProposed={async ({ id }) => {
          const opened = await openProposal(id);
          await navigate({
            to: "/agents/$id/edit",
            params: { id: opened.agent_id },
            search: { proposal: id },
          });
        }}
      />
    </section>
  );
}
