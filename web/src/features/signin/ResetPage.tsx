// A forgotten password: asking for the letter, and choosing a new one with the link in it.
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { SecondStep } from "@/access/SecondStep";
import { requestReset, resetPassword, type SignedIn } from "@/api/people";
import { Refusal } from "@/ui/Asking";
import { BarePage } from "@/ui/BarePage";
import { Button, buttonClass } from "@/ui/Button";
import { TextField } from "@/ui/Labeled";
import { showToast } from "@/ui/toasts";
import { NewPassword } from "./NewPassword";
import { useArrival } from "./useArrival";

const route = getRouteApi("/reset");

function AskForLetter() {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const ask = useMutation({ mutationFn: requestReset, meta: { silent: true } });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate(email.trim());
  };
  if (ask.isSuccess)
    return (
      <div role="status" className="flex flex-col gap-3">
        <p>{t("reset.sent", { email })}</p>
        <p className="text-sm text-fg2">{t("reset.sentHint")}</p>
        <Link to="/sign-in" className={buttonClass()}>
          {t("reset.toSignIn")}
        </Link>
      </div>
    );
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5">
      <p className="text-fg2">{t("reset.hint")}</p>
      <TextField
        required
        autoFocus
        type="email"
        name="email"
        label={t("signIn.email")}
        value={email}
        onText={setEmail}
        autoComplete="username"
      />
      <Refusal error={ask.error} />
      <Button type="submit" look="primary" busy={ask.isPending}>
        {t("reset.request")}
      </Button>
      <Link to="/sign-in" className="min-h-6 self-center text-sm text-accent hover:underline">
        {t("reset.toSignIn")}
      </Link>
    </form>
  );
}

function ChooseNew({ token }: { token: string }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<SignedIn["second"]>(null);
  const arrived = useArrival();
  const done = (signedIn: SignedIn) => {
    showToast({ tone: "ok", text: t("reset.done") });
    if (signedIn.second) setSecond(signedIn.second);
    else arrived();
  };
  const reset = useMutation({
    mutationFn: () => resetPassword(token, password),
    onSuccess: done,
    meta: { silent: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate();
  };
  if (second) return <SecondStep {...second} onDone={arrived} onBack={() => setSecond(null)} />;
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5">
      <NewPassword value={password} onText={setPassword} email="" />
      <p className="text-sm text-fg2">{t("reset.endsSessions")}</p>
      <Refusal error={reset.error} />
      <Button type="submit" look="primary" busy={reset.isPending}>
        {t("reset.submit")}
      </Button>
    </form>
  );
}

export default function ResetPage() {
  const { t } = useTranslation();
  const { token } = route.useSearch();
  return (
    <BarePage title={token ? t("reset.chooseTitle") : t("reset.title")}>
      {token ? <ChooseNew token={token} /> : <AskForLetter />}
    </BarePage>
  );
}
