// The models one may choose, where each comes from and what it costs; adding one by its address.
import { useQuery } from "@tanstack/react-query";
import { Cpu, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { useSettingsSisters } from "@/access/sisters";
import { allModelsQuery } from "@/api/models";
import type { ModelView } from "@/api/types";
import { Button } from "@/ui/Button";
import { QueryState } from "@/ui/QueryState";
import { Rows, Section } from "@/ui/Section";
import { SisterPage } from "@/ui/Sections";
import { Empty } from "@/ui/states";
import { ModelForm } from "./ModelForm";
import { ModelItem } from "./ModelItem";
import { RemoveModel } from "./RemoveModel";

type Open = { what: "add" } | { what: "change" | "remove"; model: ModelView } | null;

interface ListProps {
  models: ModelView[];
  onOpen: (open: Open) => void;
}

function List({ models, onOpen }: ListProps) {
  return (
    <Rows>
      {models.map((model) => (
        <ModelItem
          key={model.id}
          model={model}
          onChange={() => onOpen({ what: "change", model })}
          onRemove={() => onOpen({ what: "remove", model })}
        />
      ))}
    </Rows>
  );
}

function Lists({ models, onOpen }: ListProps) {
  const { t } = useTranslation();
  const usable = models.filter((model) => !model.lacks);
  const lacking = models.filter((model) => model.lacks);
  const real = usable.some((model) => !model.demo);
  return (
    <>
      <Section title={t("models.usable")} hint={t("models.usableHint")}>
        {!real && (
          <Empty icon={<Cpu size={28} aria-hidden />} title={t("models.none")}>
            {t("models.noneHint")}
          </Empty>
        )}
        <List models={usable} onOpen={onOpen} />
      </Section>
      {lacking.length > 0 && (
        <Section title={t("models.lacking")} hint={t("models.lackingHint")}>
          <List models={lacking} onOpen={onOpen} />
        </Section>
      )}
    </>
  );
}

export default function ModelsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const sisters = useSettingsSisters();
  const models = useQuery(allModelsQuery());
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <SisterPage
      label={t("settings.title")}
      sisters={sisters}
      title={t("models.title")}
      actions={
        may("credential.write") && (
          <Button
            look="primary"
            icon={<Plus size={15} aria-hidden />}
            onClick={() => setOpen({ what: "add" })}
          >
            {t("models.add")}
          </Button>
        )
      }
    >
      <QueryState query={models} rows={5}>
        {(items) => <Lists models={items} onOpen={setOpen} />}
      </QueryState>
      {open?.what === "add" && <ModelForm onClose={close} />}
      {open?.what === "change" && <ModelForm model={open.model} onClose={close} />}
      {open?.what === "remove" && <RemoveModel model={open.model} onClose={close} />}
    </SisterPage>
  );
}
