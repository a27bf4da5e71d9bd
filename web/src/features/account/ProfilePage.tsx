// Name, password, and where else one signs in with.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { askPerson } from "@/access/gate";
import { useMe } from "@/access/session";
import { useSignInError } from "@/access/useSignInError";
import {
  authStateQuery,
  changeEmail,
  changePassword,
  type Identity,
  identitiesQuery,
  type Me,
  providerAddress,
  renameMe,
  unlinkIdentity,
} from "@/api/people";
import { Refusal } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { PasswordField, TextField } from "@/ui/Labeled";
import { QueryState } from "@/ui/QueryState";
import { Item, Rows, Section } from "@/ui/Section";
import { showToast } from "@/ui/toasts";
import { Frame } from "./Frame";

const route = getRouteApi("/settings/account");

function NameForm({ me }: { me: Me }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(me.name);
  const rename = useMutation({
    mutationFn: () => renameMe(name.trim()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["me"] });
      showToast({ tone: "ok", text: t("account.saved") });
    },
    meta: { silent: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate();
  };
  return (
    <form onSubmit={submit} className="flex max-w-md flex-col gap-3.5 p-4">
      <TextField
        required
        name="name"
        label={t("first.name")}
        value={name}
        onText={setName}
        autoComplete="name"
      />
      <Refusal error={rename.error} />
      <Button
        type="submit"
        look="primary"
        busy={rename.isPending}
        disabled={!name.trim() || name.trim() === me.name}
        className="self-start"
      >
        {t("ui.save")}
      </Button>
    </form>
  );
}

function EmailForm({ me }: { me: Me }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [email, setEmail] = useState(me.email);
  const change = useMutation({
    mutationFn: () => changeEmail(email.trim()),
    onSuccess: async ({ sent }) => {
      await client.invalidateQueries({ queryKey: ["me"] });
      showToast({ tone: "ok", text: t(sent ? "account.emailSent" : "account.saved", { email }) });
    },
    meta: { silent: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit} className="flex max-w-md flex-col gap-3.5 p-4">
      <TextField
        required
        type="email"
        name="email"
        label={t("signIn.email")}
        value={email}
        onText={setEmail}
        autoComplete="email"
      />
      <Refusal error={change.error} />
      <Button
        type="submit"
        look="primary"
        busy={change.isPending}
        disabled={!email.trim() || email.trim() === me.email}
        className="self-start"
      >
        {t("account.changeEmail")}
      </Button>
    </form>
  );
}

function PasswordForm({ me }: { me: Me }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: async () => {
      setCurrent("");
      setNext("");
      await client.invalidateQueries({ queryKey: ["me"] });
      showToast({ tone: "ok", text: t("account.passwordChanged") });
    },
    meta: { silent: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit} className="flex max-w-md flex-col gap-3.5 p-4">
      <input type="hidden" name="username" value={me.email} autoComplete="username" />
      {me.has_password && (
        <PasswordField
          required
          label={t("account.currentPassword")}
          value={current}
          onText={setCurrent}
          autoComplete="current-password"
        />
      )}
      <PasswordField
        required
        label={t("signIn.newPassword")}
        hint={t("signIn.newPasswordHint", { count: 10 })}
        value={next}
        onText={setNext}
        autoComplete="new-password"
      />
      <Refusal error={change.error} />
      <Button
        type="submit"
        look="primary"
        busy={change.isPending}
        disabled={!next}
        className="self-start"
      >
        {me.has_password ? t("account.changePassword") : t("account.setPassword")}
      </Button>
    </form>
  );
}

/** Off to the provider, once it is certain who asks. */
async function linkWith(provider: string, me: Me | undefined): Promise<void> {
  const until = Date.parse(me?.confirmed_until ?? "");
  if (!(until > Date.now()) && !(await askPerson("confirm"))) return;
  location.assign(providerAddress(provider, "/settings/account"));
}

function Identities() {
  const { t } = useTranslation();
  const { date } = useFormats();
  const client = useQueryClient();
  const state = useQuery(authStateQuery());
  const identities = useQuery(identitiesQuery());
  const unlink = useMutation({
    mutationFn: (identity: Identity) => unlinkIdentity(identity),
    onSettled: () => client.invalidateQueries({ queryKey: ["me", "identities"] }),
  });
  const me = useMe();
  const link = (provider: string) => linkWith(provider, me);
  const providers = state.data?.providers ?? [];
  if (!providers.length && !identities.data?.length) return null;
  const linkable = providers.map((provider) => (
    <Button key={provider.id} small onClick={() => void link(provider.id)}>
      {t("account.link", { name: provider.title })}
    </Button>
  ));
  return (
    <Section title={t("account.identities")} hint={t("account.identitiesHint")} actions={linkable}>
      <QueryState query={identities}>
        {(items) =>
          items.length ? (
            <Rows>
              {items.map((each) => (
                <Item
                  key={`${each.issuer} ${each.subject}`}
                  icon={<KeyRound size={16} aria-hidden />}
                  title={each.title}
                  about={[each.email, date(each.created_at)].filter(Boolean).join(" · ")}
                  actions={
                    <Button small look="danger" onClick={() => unlink.mutate(each)}>
                      {t("account.unlink")}
                    </Button>
                  }
                />
              ))}
            </Rows>
          ) : (
            <p className="p-4 text-fg2">{t("account.noIdentities")}</p>
          )
        }
      </QueryState>
    </Section>
  );
}

export default function ProfilePage() {
  const { t } = useTranslation();
  const me = useMe();
  const { error } = route.useSearch();
  const sayError = useSignInError();
  return (
    <Frame title={t("account.title")}>
      {error && (
        <p role="alert" className="mb-4 rounded-control bg-bad-soft px-3 py-2 text-sm text-bad">
          {sayError(error)}
        </p>
      )}
      {me && (
        <>
          <Section title={t("account.who")}>
            <NameForm me={me} />
          </Section>
          <Section title={t("signIn.email")} hint={t("account.emailHint")}>
            <EmailForm me={me} />
          </Section>
          <Section title={t("signIn.password")} hint={t("account.passwordHint")}>
            <PasswordForm me={me} />
          </Section>
          <Identities />
        </>
      )}
    </Frame>
  );
}
