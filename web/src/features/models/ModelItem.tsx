// One model of the list: what it is called, what fits in, what it costs, whether it answers.
import { useMutation } from "@tanstack/react-query";
import { Cpu, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { testModel } from "@/api/models";
import type { ModelView } from "@/api/types";
import { Button, IconButton } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Menu } from "@/ui/Menu";
import { Item } from "@/ui/Section";
import { TestResult } from "./TestResult";
import { useModelFacts } from "./useModelFacts";

interface ModelItemProps {
  model: ModelView;
  onChange: () => void;
  onRemove: () => void;
}

function Title({ model }: { model: ModelView }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="font-semibold">{model.demo ? t("form.demoModel") : model.title}</span>
      {model.default && <Chip tone="accent">{t("settings.default")}</Chip>}
      {model.demo && (
        <Chip tone="warn" data-tip={t("settings.demoHint")}>
          {t("settings.demo")}
        </Chip>
      )}
    </>
  );
}

export function ModelItem({ model, onChange, onRemove }: ModelItemProps) {
  const { t } = useTranslation();
  const may = useMay();
  const facts = useModelFacts(model);
  const test = useMutation({ mutationFn: () => testModel({ id: model.id }) });
  const label = t("models.menu", { name: model.title });
  return (
    <Item
      icon={<Cpu size={18} aria-hidden />}
      title={<Title model={model} />}
      about={
        <>
          <code className="font-mono break-all">{model.id}</code>
          <p>{facts.join(" · ")}</p>
          <TestResult test={test.data} error={test.error} />
        </>
      }
      actions={
        may("credential.write") && (
          <>
            {!model.demo && !model.lacks && (
              <Button
                small
                aria-label={t("models.testOf", { name: model.title })}
                busy={test.isPending}
                onClick={() => test.mutate()}
              >
                {t("models.test")}
              </Button>
            )}
            {model.lacks && (
              <Button
                small
                aria-label={t("models.addKeyTitle", { name: model.title })}
                onClick={onChange}
              >
                {t("models.addKey")}
              </Button>
            )}
            {model.editable && (
              <Menu
                label={label}
                trigger={
                  <IconButton small look="quiet" label={label}>
                    <Ellipsis size={16} />
                  </IconButton>
                }
                items={[
                  {
                    id: "change",
                    label: t("models.change"),
                    icon: <Pencil size={14} />,
                    onSelect: onChange,
                  },
                  null,
                  {
                    id: "remove",
                    label: t("models.remove"),
                    icon: <Trash2 size={14} />,
                    danger: true,
                    onSelect: onRemove,
                  },
                ]}
              />
            )}
          </>
        )
      }
    />
  );
}
