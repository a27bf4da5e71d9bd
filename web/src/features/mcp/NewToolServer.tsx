// Adding a server: its address and what opens it, or, for administrators, a command in a box.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { credentialsQuery } from "@/api/credentials";
import { addToolServer } from "@/api/toolServers";
import { Asking } from "@/ui/Asking";
import { Select } from "@/ui/inputs";
import { Labeled, TextField } from "@/ui/Labeled";

interface NewToolServerProps {
  onMade: () => void;
  onClose: () => void;
}

export function NewToolServer({ onMade, onClose }: NewToolServerProps) {
  const { t } = useTranslation();
  const manages = useMay()("system.manage");
  const credentials = useQuery(credentialsQuery());
  const [name, setName] = useState("");
  const [where, setWhere] = useState("");
  const [credential, setCredential] = useState("");
  const isAddress = /^https?:\/\//.test(where.trim());
  const usable = isAddress || (manages && where.trim() !== "");
  return (
    <Asking
      title={t("mcp.add")}
      submit={t("mcp.addNow")}
      disabled={!name.trim() || !usable}
      onSubmit={async () => {
        const place = isAddress ? { url: where.trim() } : { command: where.trim().split(/\s+/) };
        await addToolServer({ name: name.trim(), ...place, credential });
        onMade();
        onClose();
      }}
      onClose={onClose}
    >
      <TextField required label={t("mcp.name")} value={name} onText={setName} />
      <TextField
        required
        label={manages ? t("mcp.addressOrCommand") : t("mcp.address")}
        hint={manages ? t("mcp.commandHint") : t("mcp.addressHint")}
        placeholder="https://example.com/mcp"
        value={where}
        onText={setWhere}
      />
      <Labeled label={t("mcp.credential")} hint={t("mcp.credentialHint")}>
        {(own) => (
          <Select
            {...own}
            value={credential}
            onChange={(event) => setCredential(event.target.value)}
          >
            <option value="">{t("mcp.noCredential")}</option>
            {(credentials.data?.items ?? []).map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        )}
      </Labeled>
    </Asking>
  );
}
