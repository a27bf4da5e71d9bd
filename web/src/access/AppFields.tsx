// The app of one's own that a provider wants to know, where the installation has none.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { providersQuery } from "@/api/credentials";
import { PasswordField, TextField } from "@/ui/Labeled";
import { CopyButton } from "@/ui/ShownOnce";

interface App {
  client_id: string;
  client_secret: string;
}

export function AppFields({ app, onChange }: { app: App; onChange: (app: App) => void }) {
  const { t } = useTranslation();
  const { data } = useQuery(providersQuery());
  return (
    <div className="flex flex-col gap-3 rounded-control bg-surface2 p-3">
      <p className="text-sm">{t("credential.appHint")}</p>
      {data && (
        <div className="flex flex-wrap items-center gap-2">
          <code className="min-w-40 flex-1 font-mono text-xs break-all">{data.redirect}</code>
          <CopyButton small text={data.redirect} />
        </div>
      )}
      <TextField
        required
        label={t("credential.clientId")}
        value={app.client_id}
        onText={(client_id) => onChange({ ...app, client_id })}
      />
      <PasswordField
        label={t("credential.clientSecret")}
        value={app.client_secret}
        onText={(client_secret) => onChange({ ...app, client_secret })}
        autoComplete="new-password"
      />
    </div>
  );
}
