import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { agentQuery } from "@/api/agents";
import { blocksQuery } from "@/api/catalogue";
import type { AgentView, BlockSpec } from "@/api/types";
import { blocksOf } from "@/editor";
import { LiveProvider } from "@/live/store";
import { useTitle } from "@/ui/Page";
import { QueryState } from "@/ui/QueryState";
import { createSession, type Session, SessionProvider } from "./session";
import { Workbench } from "./Workbench";

const route = getRouteApi("/agents/$id/edit");

function OpenAgent({ agent, specs }: { agent: AgentView; specs: BlockSpec[] }) {
  const client = useQueryClient();
  const { t, i18n } = useTranslation();
  const [session, setSession] = useState<Session | null>(null);
  // The session belongs to the agent's id; later answers about it must not replace the work here.
  const [first] = useState({ agent, specs, words: () => [t, i18n.language] as [typeof t, string] });
  useEffect(() => {
    const made = createSession(first.agent, first.specs, client, first.words);
    setSession(made);
    return made.stop;
  }, [first, client]);
  // Blocks of files that were saved meanwhile: those here show what they are now.
  useEffect(() => session?.editor.setBlocks(blocksOf(specs)), [session, specs]);
  if (!session) return null;
  return (
    <SessionProvider value={session}>
      <LiveProvider value={session.live}>
        <Workbench stored={agent} />
      </LiveProvider>
    </SessionProvider>
  );
}

export default function BuilderPage() {
  const { id } = route.useParams();
  const agent = useQuery({ ...agentQuery(id), refetchOnWindowFocus: false });
  const blocks = useQuery({ ...blocksQuery(), staleTime: 10_000 });
  useTitle(agent.data?.name);
  return (
    <QueryState query={agent}>
      {(found) => (
        <QueryState query={blocks}>
          {(specs) => <OpenAgent key={found.id} agent={found} specs={specs} />}
        </QueryState>
      )}
    </QueryState>
  );
}
