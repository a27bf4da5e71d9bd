// Every open question of every run, and its answer.
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { approvalsQuery } from "@/api/approvals";
import { blocksQuery } from "@/api/catalogue";
import { runQuery } from "@/api/runs";
import type { Approval } from "@/api/types";
import { AnswerCard } from "@/live/AnswerCard";
import { namesOf } from "@/live/names";
import { useFormats } from "@/ui/format";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { QueryState } from "@/ui/QueryState";
import { Empty } from "@/ui/states";

const route = getRouteApi("/approvals");

function Question({ approval }: { approval: Approval }) {
  const { pick } = useFormats();
  // The graph the run is pinned to knows what its node is called.
  const run = useQuery({ ...runQuery(approval.run_id), staleTime: 60_000 });
  const blocks = useQuery(blocksQuery());
  const nameOf = namesOf(run.data?.document, blocks.data, pick);
  return (
    <AnswerCard
      approval={approval}
      nodeName={nameOf(approval.node)}
      heading={
        <Link
          to="/runs/$id"
          params={{ id: approval.run_id }}
          search={{ node: undefined }}
          className="inline-flex min-h-6 items-center text-accent hover:underline"
        >
          {approval.agent_name}
        </Link>
      }
    />
  );
}

export default function ApprovalsPage() {
  const { t } = useTranslation();
  const { page } = route.useSearch();
  const navigate = route.useNavigate();
  const found = useQuery({
    ...approvalsQuery(page ?? 1),
    placeholderData: (before) => before,
  });
  return (
    <Page title={t("approvals.title")}>
      <QueryState query={found} rows={5}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty icon={<CircleCheck size={28} aria-hidden />} title={t("approvals.empty")}>
              {t("approvals.emptyHint")}
            </Empty>
          ) : (
            <>
              <ul className="m-0 flex list-none flex-col gap-3 p-0">
                {data.items.map((approval) => (
                  <li key={approval.id}>
                    <Question approval={approval} />
                  </li>
                ))}
              </ul>
              <Pager
                label={t("approvals.title")}
                page={data.page}
                pages={data.total_pages}
                onPage={(next) => navigate({ search: { page: next } })}
              />
            </>
          )
        }
      </QueryState>
    </Page>
  );
}
