// Every credential of the team: how it is, until when, who uses it, and what can be done about that.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { KeyRound, Plus } from "lucide-react";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { AddCredential } from "@/access/dialogs";
import { Needs } from "@/access/Needs";
import { useMay } from "@/access/session";
import { isAwaited } from "@/access/useConnect";
import { type Credential, credentialsQuery, providersQuery } from "@/api/credentials";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { Page } from "@/ui/Page";
import { QueryState } from "@/ui/QueryState";
import { Empty } from "@/ui/states";
import { showToast } from "@/ui/toasts";
import { ChangeCredential } from "./ChangeCredential";
import { CredentialItem } from "./CredentialItem";
import { DeleteCredential } from "./DeleteCredential";

const route = getRouteApi("/credentials");

/** A window that a provider sent back here has done its work. */
function useReturn(): void {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { connected, failed } = route.useSearch();
  const navigate = route.useNavigate();
  useEffect(() => {
    if (!connected && !failed) return;
    // What is said below stands there if this browser lets nobody close the window.
    if (isAwaited()) window.close();
    showToast(
      failed
        ? { tone: "bad", text: t("credential.notConnected", { code: failed }) }
        : { tone: "ok", text: t("credential.connected") },
    );
    void client.invalidateQueries({ queryKey: ["credentials"] });
    void navigate({ search: {}, replace: true });
  }, [connected, failed, t, client, navigate]);
}

type Open = { what: "change" | "delete"; credential: Credential } | { what: "add" } | null;

function Dialogs({ open, onClose }: { open: Open; onClose: () => void }) {
  if (!open) return null;
  if (open.what === "add")
    return (
      <Suspense>
        <AddCredential onDone={onClose} onClose={onClose} />
      </Suspense>
    );
  const Chosen = open.what === "change" ? ChangeCredential : DeleteCredential;
  return <Chosen credential={open.credential} onClose={onClose} />;
}

function List({ onOpen }: { onOpen: (open: Open) => void }) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const may = useMay();
  const credentials = useQuery(credentialsQuery());
  const { data: providers } = useQuery(providersQuery());
  const titleOf = (id: string) => {
    const found = providers?.items.find((each) => each.id === id);
    return found ? pick(found.title, found.title_zh) : id;
  };
  return (
    <QueryState query={credentials} rows={5}>
      {({ items }) =>
        items.length ? (
          <ul className="m-0 list-none rounded-card border border-line bg-surface p-0">
            {items.map((credential) => (
              <CredentialItem
                key={credential.id}
                credential={credential}
                provider={titleOf(credential.provider)}
                onChange={() => onOpen({ what: "change", credential })}
                onDelete={() => onOpen({ what: "delete", credential })}
              />
            ))}
          </ul>
        ) : (
          <Empty
            icon={<KeyRound size={28} aria-hidden />}
            title={t("credential.none")}
            action={
              may("credential.write") && (
                <Button look="primary" onClick={() => onOpen({ what: "add" })}>
                  {t("credential.add")}
                </Button>
              )
            }
          >
            {t("credential.noneHint")}
          </Empty>
        )
      }
    </QueryState>
  );
}

export default function CredentialsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<Open>(null);
  useReturn();
  return (
    <Page
      title={t("nav.credentials")}
      actions={
        may("credential.write") && (
          <Button
            look="primary"
            icon={<Plus size={15} aria-hidden />}
            onClick={() => setOpen({ what: "add" })}
          >
            {t("credential.addShort")}
          </Button>
        )
      }
    >
      <Needs permission="credential.read">
        <div className="mx-auto max-w-4xl">
          <p className="mb-3 text-sm text-fg2">{t("credential.hint")}</p>
          <List onOpen={setOpen} />
        </div>
        <Dialogs open={open} onClose={() => setOpen(null)} />
      </Needs>
    </Page>
  );
}
