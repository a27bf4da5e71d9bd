// Another name, or another secret in place of the stored one.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CredentialFields } from "@/access/CredentialFields";
import { parted } from "@/access/credentialFields";
import { type Credential, changeCredential, providersQuery } from "@/api/credentials";
import { Asking } from "@/ui/Asking";
import { TextField } from "@/ui/Labeled";

const asWords = (settings: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));

interface ChangeCredentialProps {
  credential: Credential;
  onClose: () => void;
}

export function ChangeCredential({ credential, onClose }: ChangeCredentialProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data: providers } = useQuery(providersQuery());
  const kind = providers?.items
    .find((each) => each.id === credential.provider)
    ?.kinds.find((each) => each.kind === credential.kind);
  const [name, setName] = useState(credential.name);
  const [values, setValues] = useState(() => asWords(credential.settings));
  const change = async () => {
    const given = kind ? parted(kind, values) : { secret: {}, settings: {} };
    await changeCredential(credential.id, { name: name.trim(), ...given });
    await client.invalidateQueries({ queryKey: ["credentials"] });
    onClose();
  };
  return (
    <Asking
      title={t("credential.changeTitle", { name: credential.name })}
      submit={t("ui.save")}
      onSubmit={change}
      onClose={onClose}
    >
      <TextField required label={t("credential.name")} value={name} onText={setName} />
      {kind && credential.kind !== "oauth2" && (
        <>
          <p className="text-sm text-fg2">{t("credential.keepHint")}</p>
          <CredentialFields
            changing
            kind={kind}
            values={values}
            onChange={(field, value) => setValues({ ...values, [field]: value })}
          />
        </>
      )}
    </Asking>
  );
}
