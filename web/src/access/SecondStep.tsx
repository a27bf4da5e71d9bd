// After the password: a code from an app, a passkey, or one of the codes on paper.
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type SecondKind, type SignedIn, secondFactor, secondPasskeyOptions } from "@/api/people";
import { Refusal } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Labeled";
import { gaveUp, passkeysWork, showPasskey } from "./passkeys";

interface SecondStepProps {
  token: string;
  kinds: SecondKind[];
  onDone: (signedIn: SignedIn) => void;
  onBack: () => void;
}

interface CodeFormProps {
  kind: "totp" | "recovery";
  busy: boolean;
  onCode: (code: string) => void;
}

function CodeForm({ kind, busy, onCode }: CodeFormProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onCode(code.trim());
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <TextField
        key={kind}
        autoFocus
        required
        label={t(`signIn.code.${kind}`)}
        hint={t(`signIn.codeHint.${kind}`)}
        value={code}
        onText={setCode}
        name="code"
        autoComplete="one-time-code"
        inputMode={kind === "totp" ? "numeric" : "text"}
        className="font-mono tracking-wider"
      />
      <Button type="submit" look="primary" busy={busy} className="w-full">
        {t("signIn.check")}
      </Button>
    </form>
  );
}

export function SecondStep({ token, kinds, onDone, onBack }: SecondStepProps) {
  const { t } = useTranslation();
  const usable = kinds.filter((kind) => kind !== "passkey" || passkeysWork());
  const [kind, setKind] = useState<SecondKind>(
    ["totp" as const, "passkey" as const].find((each) => usable.includes(each)) ?? "recovery",
  );
  const check = useMutation({
    mutationFn: (code: string) => secondFactor(token, { code }),
    onSuccess: onDone,
    meta: { silent: true },
  });
  const passkey = useMutation({
    mutationFn: async () =>
      secondFactor(token, { credential: await showPasskey(await secondPasskeyOptions(token)) }),
    onSuccess: onDone,
    meta: { silent: true },
  });
  const error = kind === "passkey" ? passkey.error : check.error;
  return (
    <div className="flex flex-col gap-3.5">
      <p className="text-fg2">{t("signIn.secondHint")}</p>
      {kind === "passkey" ? (
        <Button look="primary" busy={passkey.isPending} onClick={() => passkey.mutate()}>
          {t("signIn.usePasskey")}
        </Button>
      ) : (
        <CodeForm kind={kind} busy={check.isPending} onCode={(code) => check.mutate(code)} />
      )}
      {!gaveUp(error) && <Refusal error={error} />}
      <div className="flex flex-wrap gap-1 border-t border-line pt-3">
        {usable
          .filter((each) => each !== kind)
          .map((each) => (
            <Button key={each} small look="quiet" onClick={() => setKind(each)}>
              {t(`signIn.instead.${each}`)}
            </Button>
          ))}
        <Button small look="quiet" onClick={onBack}>
          {t("signIn.other")}
        </Button>
      </div>
    </div>
  );
}
