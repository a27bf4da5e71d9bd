// The first start: whoever has the code that the server printed becomes its administrator.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { authStateQuery, makeFirst } from "@/api/people";
import { Refusal } from "@/ui/Asking";
import { BarePage } from "@/ui/BarePage";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Labeled";
import { NewPassword } from "./NewPassword";
import { useArrival } from "./useArrival";

function Form({ needsCode }: { needsCode: boolean }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState({ name: "", email: "", password: "", code: "" });
  const type = (key: keyof typeof typed) => (text: string) => setTyped({ ...typed, [key]: text });
  const arrived = useArrival();
  const make = useMutation({
    mutationFn: makeFirst,
    onSuccess: arrived,
    meta: { silent: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ ...typed, email: typed.email.trim(), code: typed.code.trim() });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5">
      {needsCode && (
        <>
          <TextField
            required
            autoFocus
            label={t("first.code")}
            value={typed.code}
            onText={type("code")}
            autoComplete="one-time-code"
            className="font-mono tracking-wider"
          />
          <details className="-mt-1.5 text-sm text-fg2">
            <summary className="min-h-6 text-accent">{t("first.where")}</summary>
            <ul className="m-0 mt-1 flex list-disc flex-col gap-1 pl-5">
              <li>{t("first.whereTerminal")}</li>
              <li>
                {t("first.whereService")} <code className="font-mono text-xs">{SERVICE}</code>
              </li>
              <li>
                {t("first.whereContainer")} <code className="font-mono text-xs">{CONTAINER}</code>
              </li>
            </ul>
          </details>
        </>
      )}
      <TextField
        required
        label={t("first.name")}
        value={typed.name}
        onText={type("name")}
        name="name"
        autoComplete="name"
      />
      <TextField
        required
        type="email"
        label={t("signIn.email")}
        value={typed.email}
        onText={type("email")}
        name="email"
        autoComplete="email"
      />
      <NewPassword value={typed.password} onText={type("password")} email={typed.email} />
      <Refusal error={make.error} />
      <Button type="submit" look="primary" busy={make.isPending}>
        {t("first.submit")}
      </Button>
    </form>
  );
}

const SERVICE = "journalctl -u luban -n 50";
const CONTAINER = "docker logs luban";

export default function FirstPage() {
  const { t } = useTranslation();
  const state = useQuery(authStateQuery());
  if (state.data && !state.data.first) return <Navigate to="/sign-in" replace />;
  return (
    <BarePage title={t("first.title")}>
      <p className="mb-4 text-fg2">{t("first.hint")}</p>
      <Form needsCode={state.data?.needs_code ?? true} />
    </BarePage>
  );
}
