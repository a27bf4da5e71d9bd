// A proposal by its address: on to the canvas of the agent it changes, or why there is nothing to see.
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { openProposal, type ProposalView, proposalQuery } from "@/api/proposals";
import { Page } from "@/ui/Page";
import { QueryState } from "@/ui/QueryState";
import { useSentence } from "@/ui/sentence";
import { Empty, Failure, Loading } from "@/ui/states";

const route = getRouteApi("/proposals/$id");
const REFRESH_MS = 2000;

/** An agent that is not there yet is made, empty, to show what would come. */
function Opening({ id }: { id: string }) {
  const navigate = route.useNavigate();
  const begun = useRef(false);
  const opening = useMutation({
    mutationFn: () => openProposal(id),
    onSuccess: ({ agent_id }) =>
      navigate({
        to: "/agents/$id/edit",
        params: { id: agent_id },
        search: { proposal: id },
        replace: true,
      }),
  });
  const { sentence, reference } = useSentence(opening.error);
  const { mutate } = opening;
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate();
  }, [mutate]);
  if (opening.isError)
    return <Failure message={sentence} reference={reference} onRetry={() => mutate()} />;
  return <Loading />;
}

function Decided({ proposal }: { proposal: ProposalView }) {
  const { t } = useTranslation();
  const { state, agent_id, run_id } = proposal;
  return (
    <Empty
      title={t(`proposal.state.${state}`)}
      action={
        <>
          {agent_id && (
            <Link
              to="/agents/$id/edit"
              params={{ id: agent_id }}
              className="text-accent hover:underline"
            >
              {t("proposal.toAgent")}
            </Link>
          )}
          <Link to="/runs/$id" params={{ id: run_id }} className="text-accent hover:underline">
            {t("builder.openRun")}
          </Link>
        </>
      }
    >
      {proposal.summary}
    </Empty>
  );
}

export default function ProposalPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const proposal = useQuery({
    ...proposalQuery(id),
    refetchInterval: ({ state }) => (state.data?.state === "drafting" ? REFRESH_MS : false),
  });
  return (
    <Page title={t("proposal.title")}>
      <QueryState query={proposal}>
        {(found) => (found.state === "open" ? <Opening id={id} /> : <Decided proposal={found} />)}
      </QueryState>
    </Page>
  );
}
