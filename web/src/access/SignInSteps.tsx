// Signing in: password, passkey or a provider, then the second step where one is set up.
import { useMutation } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type AuthState,
  passkeyOptions,
  providerAddress,
  type SignedIn,
  signIn,
  signInByPasskey,
} from "@/api/people";
import { Refusal } from "@/ui/Asking";
import { Button, buttonClass } from "@/ui/Button";
import { PasswordField, TextField } from "@/ui/Labeled";
import { gaveUp, passkeysWork, showPasskey } from "./passkeys";
import { SecondStep } from "./SecondStep";
import { announceSignIn } from "./session";

interface SignInStepsProps {
  state: AuthState;
  /** Whose session ended, where that is known. */
  email?: string;
  back: string;
  /** Providers open in a window of their own, so that nothing typed here is lost. */
  aside?: boolean;
  onDone: () => void;
  /** Asked for already, as after a provider said who it is. */
  second?: SignedIn["second"];
  /** Below the password, such as the way to a new one. */
  help?: ReactNode;
}

interface PasswordFormProps {
  email: string;
  busy: boolean;
  error: unknown;
  help?: ReactNode;
  onSignIn: (email: string, password: string) => void;
}

function PasswordForm({ email: known, busy, error, help, onSignIn }: PasswordFormProps) {
  const { t } = useTranslation();
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSignIn(email.trim(), password);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5">
      <TextField
        required
        autoFocus={!known}
        type="email"
        name="email"
        label={t("signIn.email")}
        value={email}
        onText={setEmail}
        autoComplete="username webauthn"
      />
      <PasswordField
        required
        autoFocus={!!known}
        name="password"
        label={t("signIn.password")}
        value={password}
        onText={setPassword}
        autoComplete="current-password"
      />
      <Refusal error={error} />
      <Button type="submit" look="primary" busy={busy} className="w-full">
        {t("signIn.submit")}
      </Button>
      {help}
    </form>
  );
}

function Or() {
  const { t } = useTranslation();
  return (
    <p className="my-4 flex items-center gap-3 text-xs text-fg3 before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
      {t("signIn.or")}
    </p>
  );
}

interface OtherWaysProps {
  state: AuthState;
  back: string;
  aside: boolean;
  onDone: (signedIn: SignedIn) => void;
}

function OtherWays({ state, back, aside, onDone }: OtherWaysProps) {
  const { t } = useTranslation();
  const passkey = useMutation({
    mutationFn: async () => signInByPasskey(await showPasskey(await passkeyOptions())),
    onSuccess: onDone,
    meta: { silent: true },
  });
  return (
    <div className="flex flex-col gap-2">
      {state.providers.map((provider) => (
        <a
          key={provider.id}
          href={providerAddress(provider.id, aside ? "/sign-in/done" : back)}
          target={aside ? "_blank" : undefined}
          rel={aside ? "opener" : undefined}
          className={buttonClass()}
        >
          {t("signIn.with", { name: provider.title })}
        </a>
      ))}
      {state.passkeys && passkeysWork() && (
        <Button
          icon={<Fingerprint size={15} aria-hidden />}
          busy={passkey.isPending}
          onClick={() => passkey.mutate()}
        >
          {t("signIn.withPasskey")}
        </Button>
      )}
      {!gaveUp(passkey.error) && <Refusal error={passkey.error} />}
    </div>
  );
}

export function SignInSteps({
  state,
  email,
  back,
  aside,
  second: asked = null,
  onDone,
  help,
}: SignInStepsProps) {
  const [second, setSecond] = useState(asked);
  const arrived = (signedIn: SignedIn) => {
    if (signedIn.second) return setSecond(signedIn.second);
    announceSignIn();
    onDone();
  };
  const enter = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) =>
      signIn(email, password),
    onSuccess: arrived,
    meta: { silent: true },
  });
  if (second) return <SecondStep {...second} onDone={arrived} onBack={() => setSecond(null)} />;
  const others = state.providers.length > 0 || (state.passkeys && passkeysWork());
  return (
    <>
      {state.password && (
        <PasswordForm
          email={email ?? ""}
          busy={enter.isPending}
          error={enter.error}
          help={help}
          onSignIn={(email, password) => enter.mutate({ email, password })}
        />
      )}
      {state.password && others && <Or />}
      {others && <OtherWays state={state} back={back} aside={aside ?? false} onDone={arrived} />}
    </>
  );
}
