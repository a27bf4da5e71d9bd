// Taking a model away again.
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { removeModel } from "@/api/models";
import type { ModelView } from "@/api/types";
import { Asking } from "@/ui/Asking";

interface RemoveModelProps {
  model: ModelView;
  onClose: () => void;
}

export function RemoveModel({ model, onClose }: RemoveModelProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const remove = async () => {
    await removeModel(model.id);
    await client.invalidateQueries({ queryKey: ["models"] });
    onClose();
  };
  return (
    <Asking
      danger
      title={t("models.removeTitle", { name: model.title })}
      submit={t("models.remove")}
      onSubmit={remove}
      onClose={onClose}
    >
      <p>{t(model.source === "shared" ? "models.removeShared" : "models.removeHint")}</p>
    </Asking>
  );
}
