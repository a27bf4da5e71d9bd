// One server of tools: where it is, how it stands, and what can be done with it.
import { useMutation } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/access/session";
import {
  approveToolServer,
  connectToolServer,
  type ToolServer,
  testToolServer,
} from "@/api/toolServers";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Item } from "@/ui/Section";

interface ToolServerItemProps {
  server: ToolServer;
  open: boolean;
  onOpen: () => void;
  onRemove: () => void;
  onChanged: () => void;
}

function Actions({ server, onRemove, onChanged }: Omit<ToolServerItemProps, "open" | "onOpen">) {
  const { t } = useTranslation();
  const test = useMutation({ mutationFn: () => testToolServer(server.id), onSettled: onChanged });
  const agree = useMutation({
    mutationFn: () => approveToolServer(server.id),
    onSettled: onChanged,
  });
  const connect = useMutation({
    mutationFn: () => connectToolServer(server.id),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <>
      {server.changed && server.own && (
        <Button small look="primary" busy={agree.isPending} onClick={() => agree.mutate()}>
          {t("mcp.agree")}
        </Button>
      )}
      {server.url && server.own && (
        <Button small busy={connect.isPending} onClick={() => connect.mutate()}>
          {t("mcp.connect")}
        </Button>
      )}
      <Button small busy={test.isPending} onClick={() => test.mutate()}>
        {t("mcp.test")}
      </Button>
      {server.own && (
        <Button small look="danger" onClick={onRemove}>
          {t("mcp.removeNow")}
        </Button>
      )}
    </>
  );
}

export function ToolServerItem({ server, open, onOpen, ...rest }: ToolServerItemProps) {
  const { t } = useTranslation();
  const may = useMay()("credential.write");
  return (
    <Item
      icon={<Plug size={18} aria-hidden />}
      title={
        <>
          <span className="break-all">{server.name}</span>
          {server.shared && <Chip>{t("mcp.shared")}</Chip>}
          {server.changed && <Chip tone="warn">{t("mcp.changed")}</Chip>}
          {server.trouble && <Chip tone="bad">{t("mcp.trouble")}</Chip>}
        </>
      }
      about={
        <>
          <span className="font-mono break-all">{server.url || server.command.join(" ")}</span>
          {server.trouble && <span className="block text-bad">{server.trouble}</span>}
          {server.changed && <span className="block">{t("mcp.changedHint")}</span>}
        </>
      }
      actions={
        <>
          <Button small aria-expanded={open} onClick={onOpen}>
            {t("mcp.offers", { count: server.tools.length })}
          </Button>
          {may && <Actions server={server} {...rest} />}
        </>
      }
    />
  );
}
