// Servers of tools: added by address or command, looked at, agreed to, signed in at.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plug, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import { useSettingsSisters } from "@/access/sisters";
import { removeToolServer, type ToolServer, toolServersQuery } from "@/api/toolServers";
import { Asking } from "@/ui/Asking";
import { Button } from "@/ui/Button";
import { QueryState } from "@/ui/QueryState";
import { Rows, Section } from "@/ui/Section";
import { SisterPage } from "@/ui/Sections";
import { Empty } from "@/ui/states";
import { NewToolServer } from "./NewToolServer";
import { Offers } from "./Offers";
import { ToolServerItem } from "./ToolServerItem";

export default function ToolServersPage() {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const servers = useQuery(toolServersQuery());
  const [making, setMaking] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<ToolServer | null>(null);
  const changed = () => client.invalidateQueries({ queryKey: ["tool-servers"] });
  return (
    <SisterPage
      label={t("settings.title")}
      sisters={useSettingsSisters()}
      title={t("nav.mcp")}
      actions={
        may("credential.write") && (
          <Button
            look="primary"
            icon={<Plus size={15} aria-hidden />}
            onClick={() => setMaking(true)}
          >
            {t("mcp.add")}
          </Button>
        )
      }
    >
      <QueryState query={servers} rows={3}>
        {(items) => (
          <Section title={t("mcp.title")} hint={t("mcp.hint")}>
            {items.length === 0 && (
              <Empty icon={<Plug size={28} aria-hidden />} title={t("mcp.none")}>
                {t("mcp.noneHint")}
              </Empty>
            )}
            <Rows>
              {items.map((server) => (
                <div key={server.id}>
                  <ToolServerItem
                    server={server}
                    open={open === server.id}
                    onOpen={() => setOpen(open === server.id ? null : server.id)}
                    onRemove={() => setLeaving(server)}
                    onChanged={changed}
                  />
                  {open === server.id && <Offers server={server} />}
                </div>
              ))}
            </Rows>
          </Section>
        )}
      </QueryState>
      {making && <NewToolServer onMade={changed} onClose={() => setMaking(false)} />}
      {leaving && (
        <Asking
          title={t("mcp.remove", { name: leaving.name })}
          submit={t("mcp.removeNow")}
          danger
          onSubmit={async () => {
            await removeToolServer(leaving.id);
            await changed();
            setLeaving(null);
          }}
          onClose={() => setLeaving(null)}
        >
          <p className="m-0 text-sm text-fg2">{t("mcp.removeHint")}</p>
        </Asking>
      )}
    </SisterPage>
  );
}
