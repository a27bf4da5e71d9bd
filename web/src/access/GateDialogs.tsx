// What stands before a request that was refused: it goes again once the person passed.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  authStateQuery,
  confirmAgain,
  confirmByPasskey,
  confirmPasskeyOptions,
  factorsQuery,
  meQuery,
} from "@/api/people";
import { Asking, Refusal } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { PasswordField, TextField } from "@/ui/Labeled";
import { QueryState } from "@/ui/QueryState";
import { useGate } from "./gate";
import { gaveUp, passkeysWork, showPasskey } from "./passkeys";
import { SignInSteps } from "./SignInSteps";
import { hearSignIn, useMe } from "./session";

interface GateProps {
  settle: (passed: boolean) => void;
}

function SignInAgain({ settle }: GateProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const state = useQuery(authStateQuery());
  const done = async () => {
    const now = await client.fetchQuery({ ...meQuery(), staleTime: 0 });
    // What is on the page is another person's.
    if (me && now.id !== me.id) location.reload();
    else settle(true);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: one ear as long as the dialog is there
  useEffect(() => hearSignIn(() => void done()), []);
  return (
    <Dialog open title={t("signIn.againTitle")} onClose={() => settle(false)}>
      <p className="mb-4 text-fg2">{t("signIn.againHint")}</p>
      <QueryState query={state}>
        {(found) => (
          <SignInSteps
            aside
            state={found}
            email={me?.email ?? ""}
            back="/"
            onDone={() => void done()}
          />
        )}
      </QueryState>
    </Dialog>
  );
}

function ConfirmAgain({ settle }: GateProps) {
  const { t } = useTranslation();
  const me = useMe();
  const [typed, setTyped] = useState("");
  const { data: factors = [] } = useQuery({ ...factorsQuery(), enabled: (me?.factors ?? 0) > 0 });
  const byPassword = me?.has_password ?? true;
  const hasPasskey = passkeysWork() && factors.some((factor) => factor.kind === "passkey");
  const showIt = useMutation({
    mutationFn: async () => confirmByPasskey(await showPasskey(await confirmPasskeyOptions())),
    onSuccess: () => settle(true),
    meta: { silent: true },
  });
  const confirm = async () => {
    await confirmAgain(byPassword ? { password: typed } : { code: typed.trim() });
    settle(true);
  };
  return (
    <Asking
      title={t("signIn.confirmTitle")}
      submit={t("signIn.confirm")}
      onSubmit={confirm}
      onClose={() => settle(false)}
    >
      <p className="text-fg2">{t("signIn.confirmHint")}</p>
      {byPassword ? (
        <PasswordField
          required
          label={t("signIn.password")}
          value={typed}
          onText={setTyped}
          autoComplete="current-password"
        />
      ) : (
        <TextField
          required
          label={t("signIn.code.totp")}
          value={typed}
          onText={setTyped}
          autoComplete="one-time-code"
          inputMode="numeric"
        />
      )}
      {hasPasskey && (
        <Button busy={showIt.isPending} onClick={() => showIt.mutate()} className="self-start">
          {t("signIn.withPasskey")}
        </Button>
      )}
      {!gaveUp(showIt.error) && <Refusal error={showIt.error} />}
    </Asking>
  );
}

export default function GateDialogs() {
  const asked = useGate((state) => state.asked);
  if (!asked) return null;
  const Asked = asked.gate === "confirm" ? ConfirmAgain : SignInAgain;
  return <Asked settle={asked.settle} />;
}
