// One credential of the list.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, KeyRound, Pencil, Plug, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ExpiryChip, HealthChip } from "@/access/HealthChip";
import { useMay } from "@/access/session";
import { useConnect } from "@/access/useConnect";
import { type Credential, testCredential, usesQuery } from "@/api/credentials";
import { Button, IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Menu } from "@/ui/Menu";
import { Item } from "@/ui/Section";
import { showToast } from "@/ui/toasts";

interface CredentialItemProps {
  credential: Credential;
  /** The provider's title. */
  provider: string;
  onChange: () => void;
  onDelete: () => void;
}

function About({ credential, provider }: Pick<CredentialItemProps, "credential" | "provider">) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const { account, last_used_at: used, health, trouble } = credential;
  const uses = useQuery({ ...usesQuery(credential.id), staleTime: 60_000 });
  const agents = new Set(uses.data?.map((use) => use.agent_id)).size;
  const facts = [
    provider,
    account,
    t(`credential.kind.${credential.kind}`),
    used ? t("credential.used", { ago: ago(used) }) : t("credential.neverUsed"),
    agents ? t("credential.usedBy", { count: agents }) : "",
  ];
  return (
    <>
      <p>{facts.filter(Boolean).join(" · ")}</p>
      {health !== "good" && trouble && <p className="text-bad">{trouble}</p>}
    </>
  );
}

function useTest(credential: Credential) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => testCredential(credential.id),
    onSuccess: async (tested) => {
      const good = tested.health === "good";
      const trouble = pick(tested.trouble, tested.trouble_zh);
      showToast({
        tone: good ? "ok" : "bad",
        text: good ? t("credential.works") : trouble || t("credential.worksNot"),
      });
      await client.invalidateQueries({ queryKey: ["credentials"] });
    },
  });
}

export function CredentialItem({ credential, provider, onChange, onDelete }: CredentialItemProps) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const test = useTest(credential);
  const { id, name, kind, scopes } = credential;
  const connection = useConnect(() => {
    showToast({ tone: "ok", text: t("credential.connected") });
    void client.invalidateQueries({ queryKey: ["credentials"] });
  });
  const again = {
    id: "connect",
    label: t("credential.connectAgain"),
    icon: <Plug size={14} />,
    onSelect: () =>
      void connection.connect({ provider: credential.provider, name, scopes, credential_id: id }),
  };
  const label = t("credential.menu", { name });
  return (
    <Item
      icon={<KeyRound size={18} aria-hidden />}
      title={
        <>
          <span className="font-semibold">{name}</span>
          <HealthChip health={credential.health} />
          <ExpiryChip credential={credential} />
        </>
      }
      about={<About credential={credential} provider={provider} />}
      actions={
        may("credential.write") && (
          <>
            <Button small busy={test.isPending} onClick={() => test.mutate()}>
              {t("credential.test")}
            </Button>
            <Menu
              label={label}
              trigger={
                <IconButton small look="quiet" label={label}>
                  <Ellipsis size={16} />
                </IconButton>
              }
              items={[
                ...(kind === "oauth2" ? [again] : []),
                {
                  id: "change",
                  label: t("credential.change"),
                  icon: <Pencil size={14} />,
                  onSelect: onChange,
                },
                null,
                {
                  id: "delete",
                  label: t("credential.delete"),
                  icon: <Trash2 size={14} />,
                  danger: true,
                  onSelect: onDelete,
                },
              ]}
            />
          </>
        )
      }
    />
  );
}
