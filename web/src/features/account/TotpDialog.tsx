// Setting up codes from an app: scan or type the secret, then show that a code of it works.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { beginTotp, finishTotp } from "@/api/people";
import { Asking } from "@/ui/Asking";
import { TextField } from "@/ui/Labeled";
import { QueryState } from "@/ui/QueryState";
import { CopyButton } from "@/ui/ShownOnce";
import { Qr } from "./Qr";

interface TotpDialogProps {
  onDone: () => void;
  onClose: () => void;
}

const inFours = (secret: string) => secret.replace(/(.{4})(?=.)/g, "$1 ");

export function TotpDialog({ onDone, onClose }: TotpDialogProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  // Made once for as long as the dialog is open.
  const made = useQuery({
    queryKey: ["me", "factors", "new"],
    queryFn: () => beginTotp(""),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const finish = async () => {
    if (!made.data) return;
    await finishTotp(made.data.id, code.replace(/\s/g, ""));
    onDone();
  };
  return (
    <Asking
      title={t("factor.totpTitle")}
      submit={t("factor.turnOn")}
      disabled={!made.data || !code.trim()}
      onSubmit={finish}
      onClose={onClose}
    >
      <QueryState query={made} rows={4}>
        {({ secret, uri }) => (
          <>
            <p className="text-fg2">{t("factor.scan")}</p>
            <div className="flex flex-wrap items-center gap-4">
              <Qr text={uri} label={t("factor.qr")} />
              <div className="flex min-w-48 flex-1 flex-col items-start gap-2">
                <p className="text-sm text-fg2">{t("factor.orType")}</p>
                <code className="font-mono text-sm break-all">{inFours(secret)}</code>
                <CopyButton small text={secret} />
              </div>
            </div>
            <TextField
              required
              label={t("signIn.code.totp")}
              hint={t("factor.codeHint")}
              value={code}
              onText={setCode}
              autoComplete="one-time-code"
              inputMode="numeric"
              className="max-w-48 font-mono tracking-wider"
            />
          </>
        )}
      </QueryState>
    </Asking>
  );
}
