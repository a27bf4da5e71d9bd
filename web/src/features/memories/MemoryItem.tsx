// One memory: what it says, who said it, and the run it came from.
import { Link } from "@tanstack/react-router";
import { Brain, Pencil, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import type { Memory } from "@/api/memories";
import { IconButton } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { Item } from "@/ui/Section";

interface MemoryItemProps {
  memory: Memory;
  onChange: () => void;
  onForget: () => void;
}

function Origin({ memory }: { memory: Memory }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const { said_by: by, run_id: run, about, uses, updated_at: changed } = memory;
  const facts = [
    t(`memory.by.${by}`),
    about && t("memory.isAbout", { about }),
    ago(changed),
    t("memory.uses", { count: uses }),
  ];
  return (
    <p>
      {facts.filter(Boolean).join(" · ")}
      {run && (
        <>
          {" · "}
          <Link
            to="/runs/$id"
            params={{ id: run }}
            className="inline-flex min-h-6 items-center text-accent hover:underline"
          >
            {t("memory.run")}
          </Link>
        </>
      )}
    </p>
  );
}

export function MemoryItem({ memory, onChange, onForget }: MemoryItemProps) {
  const { t } = useTranslation();
  const may = useMay();
  const old = memory.superseded_by !== "";
  return (
    <Item
      icon={<Brain size={18} aria-hidden />}
      title={
        <>
          <span className={old ? "text-fg3 line-through" : ""}>{memory.text}</span>
          <Chip>{t(`memory.kind.${memory.kind}`)}</Chip>
          {!memory.trusted && <Chip tone="warn">{t("memory.untrusted")}</Chip>}
          {old && <Chip>{t("memory.superseded")}</Chip>}
        </>
      }
      about={<Origin memory={memory} />}
      actions={
        may("agent.update") && (
          <>
            <IconButton small look="quiet" label={t("memory.change")} onClick={onChange}>
              <Pencil size={15} />
            </IconButton>
            <IconButton small look="quiet" label={t("memory.forget")} onClick={onForget}>
              <Trash2 size={15} />
            </IconButton>
          </>
        )
      }
    />
  );
}
