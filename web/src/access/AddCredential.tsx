// A new credential: which service, in which way, what it asks for; tried before the dialog closes.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type CredentialKind,
  makeCredential,
  type Provider,
  type ProviderKind,
  providersQuery,
  testCredential,
} from "@/api/credentials";
import { Refusal } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { useFormats } from "@/ui/format";
import { ChoiceField, TextField } from "@/ui/Labeled";
import { showToast } from "@/ui/toasts";
import { AppFields } from "./AppFields";
import { CredentialFields } from "./CredentialFields";
import { kindsOf, missing, parted } from "./credentialFields";
import { ProviderPick } from "./ProviderPick";
import { ScopePick } from "./ScopePick";
import { useConnect } from "./useConnect";

interface AddCredentialProps {
  /** Chosen already, as by a block that asks for it. */
  provider?: string | undefined;
  /** What must be permitted besides the usual. */
  scopes?: readonly string[];
  onDone: (credential: string) => void;
  onClose: () => void;
}

/** What stands in the form, and storing it. */
function useNew(provider: Provider, needed: readonly string[], onDone: (id: string) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const kinds = kindsOf(provider);
  const [kind, setKind] = useState<CredentialKind>(kinds[0]?.kind ?? "api_key");
  const [name, setName] = useState(provider.title);
  const [values, setValues] = useState<Record<string, string>>({});
  const [scopes, setScopes] = useState(
    () =>
      new Set([
        ...needed,
        ...provider.scopes.filter((scope) => scope.default).map((scope) => scope.name),
      ]),
  );
  const [app, setApp] = useState({ client_id: "", client_secret: "" });
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const finished = async (id: string) => {
    await client.invalidateQueries({ queryKey: ["credentials"] });
    onDone(id);
  };
  const connection = useConnect((id) => void finished(id));
  const shape = kinds.find((each) => each.kind === kind) as ProviderKind;

  const store = async () => {
    setBusy(true);
    setError(null);
    try {
      const draft = { provider: provider.id, name: name.trim(), kind, ...parted(shape, values) };
      const made = await makeCredential(draft);
      const tested = await testCredential(made.id).catch(() => null);
      if (tested?.health === "good") showToast({ tone: "ok", text: t("credential.works") });
      if (tested?.health === "bad") showToast({ tone: "bad", text: t("credential.worksNot") });
      await finished(made.id);
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return {
    kinds,
    shape,
    kind,
    setKind,
    name,
    setName,
    values,
    type: (field: string, value: string) => setValues({ ...values, [field]: value }),
    scopes,
    setScopes,
    app,
    setApp,
    connection,
    error: error ?? connection.error,
    busy,
    incomplete: !name.trim() || missing(shape, values).length > 0,
    store,
  };
}

interface CredentialFormProps {
  provider: Provider;
  needed: readonly string[];
  onDone: (id: string) => void;
  onClose: () => void;
}

function CredentialForm({ provider, needed, onDone, onClose }: CredentialFormProps) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const made = useNew(provider, needed, onDone);
  const { giveUp } = made.connection;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the dialog goes
  useEffect(() => giveUp, []);
  const byHand = !made.shape.connect;
  const appNeeded = !byHand && provider.app === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (byHand) return void made.store();
    void made.connection.connect({
      provider: provider.id,
      name: made.name.trim(),
      scopes: [...made.scopes],
      ...(appNeeded && made.app),
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5">
      {made.kinds.length > 1 && (
        <ChoiceField
          label={t("credential.way")}
          value={made.kind}
          choices={made.kinds.map((each) => ({
            id: each.kind,
            title: pick(each.title, each.title_zh),
          }))}
          onChoose={(id) => made.setKind(id as CredentialKind)}
        />
      )}
      <TextField
        required
        label={t("credential.name")}
        hint={t("credential.nameHint")}
        value={made.name}
        onText={made.setName}
      />
      {byHand ? (
        <CredentialFields kind={made.shape} values={made.values} onChange={made.type} />
      ) : (
        <>
          {appNeeded && <AppFields app={made.app} onChange={made.setApp} />}
          <ScopePick
            scopes={provider.scopes}
            needed={needed}
            chosen={made.scopes}
            onChange={made.setScopes}
          />
        </>
      )}
      {provider.docs && (
        <a
          href={provider.docs}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-h-6 items-center gap-1 self-start text-sm text-accent hover:underline"
        >
          {t("credential.docs", { name: pick(provider.title, provider.title_zh) })}
          <ExternalLink size={13} aria-hidden />
        </a>
      )}
      {made.connection.busy && (
        <p role="status" className="text-sm text-fg2">
          {t("credential.waiting")}
        </p>
      )}
      <Refusal error={made.error} />
      <p className="text-xs text-fg3">{t("credential.sealed")}</p>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t("ui.cancel")}</Button>
        <Button type="submit" look="primary" busy={made.busy} disabled={byHand && made.incomplete}>
          {byHand
            ? t("credential.store")
            : t(made.connection.busy ? "credential.connectAgain" : "credential.connect")}
        </Button>
      </div>
    </form>
  );
}

export default function AddCredential({
  provider: wanted,
  scopes = [],
  onDone,
  onClose,
}: AddCredentialProps) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const { data: providers } = useQuery(providersQuery());
  const [picked, setPicked] = useState<Provider | null>(null);
  const provider = picked ?? providers?.items.find((each) => each.id === wanted) ?? null;
  const title = provider
    ? t("credential.addFor", { name: pick(provider.title, provider.title_zh) })
    : t("credential.add");
  return (
    <Dialog open title={title} onClose={onClose}>
      {provider ? (
        <CredentialForm
          key={provider.id}
          provider={provider}
          needed={scopes}
          onDone={onDone}
          onClose={onClose}
        />
      ) : (
        <ProviderPick onPick={setPicked} />
      )}
    </Dialog>
  );
}
