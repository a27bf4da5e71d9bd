// What one agent remembers.
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Needs } from "@/access/Needs";
import { agentQuery } from "@/api/agents";
import { Page } from "@/ui/Page";
import { MemoryList } from "./MemoryList";

const route = getRouteApi("/agents/$id/memory");

export default function AgentMemoriesPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const { data: agent } = useQuery(agentQuery(id));
  return (
    <Page
      title={t("memory.title")}
      crumb={
        <>
          <Link
            to="/agents/$id/edit"
            params={{ id }}
            className="max-w-60 truncate text-fg2 hover:underline"
          >
            {agent?.name || t("agent.untitled")}
          </Link>
          <span className="text-fg3">/</span>
        </>
      }
    >
      <Needs permission="agent.read">
        <MemoryList agent={id} hint={t("memory.agentHint")} />
      </Needs>
    </Page>
  );
}
