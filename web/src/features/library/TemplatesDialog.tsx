import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { templatesQuery } from "@/api/catalogue";
import type { TemplateView } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { useFormats } from "@/ui/format";
import { QueryState } from "@/ui/QueryState";

interface TemplatesDialogProps {
  busy: boolean;
  onUse: (template: TemplateView) => void;
  onClose: () => void;
}

export function TemplatesDialog({ busy, onUse, onClose }: TemplatesDialogProps) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const templates = useQuery(templatesQuery());
  return (
    <Dialog open wide title={t("library.templates")} onClose={onClose}>
      <QueryState query={templates}>
        {(items) => (
          <ul className="m-0 grid list-none gap-2 p-0 sm:grid-cols-2">
            {items.map((template) => (
              <li key={template.id} className="flex flex-col rounded-card border border-line p-3">
                <h3 className="text-base">{pick(template.name, template.name_zh)}</h3>
                <p className="mb-3 text-sm text-fg2">
                  {pick(template.description, template.description_zh)}
                </p>
                <span className="mt-auto flex items-center justify-between">
                  <span className="text-xs text-fg3">
                    {t("agent.nodes", { count: Object.keys(template.document.nodes).length })}
                  </span>
                  <Button
                    small
                    busy={busy}
                    aria-label={`${t("library.use")} ${pick(template.name, template.name_zh)}`}
                    onClick={() => onUse(template)}
                  >
                    {t("library.use")}
                  </Button>
                </span>
              </li>
            ))}
          </ul>
        )}
      </QueryState>
    </Dialog>
  );
}
