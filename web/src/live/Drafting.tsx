// How a run drafts an agent, step by step, and what it asks.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { blocksQuery } from "@/api/catalogue";
import { type ProposalView, proposalQuery } from "@/api/proposals";
import { cancelRun, moving, resumeRun } from "@/api/runs";
import type { RunLimits, RunView } from "@/api/types";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { namesOf } from "./names";
import { StatusChip } from "./Status";
import { createLive } from "./store";
import { Timeline } from "./Timeline";
import { useLiveRun } from "./useLiveRun";
import { WaitCards } from "./WaitCards";

const isOver = (run: RunView | undefined) =>
  run !== undefined && !moving(run.status) && run.status !== "waiting";

/** What the run says where it proposed nothing. */
function saidBy(run: RunView, pick: (en: string, zh: string) => string): string {
  if (run.error) return pick(run.error.message, run.error.message_zh ?? "");
  const { answer } = run.outputs;
  return typeof answer === "string" ? answer : "";
}

/** The demo model answers by fixed rules and cannot build. */
function byDemo({ outputs: { usage } }: RunView): boolean {
  return typeof usage === "object" && usage !== null && "demo" in usage && usage.demo === true;
}

interface DraftingProps {
  started: ProposalView;
  onProposed: (proposal: ProposalView) => void;
}

export default function Drafting({ started, onProposed }: DraftingProps) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const client = useQueryClient();
  const [live] = useState(createLive);
  const { run, steps } = useLiveRun(started.run_id, live);
  const blocks = useQuery(blocksQuery());
  const over = isOver(run.data);
  const proposal = useQuery({ ...proposalQuery(started.id), enabled: over, staleTime: 0 });
  const told = useRef(false);
  const found = over ? proposal.data : undefined;
  useEffect(() => {
    if (found?.state !== "open" || told.current) return;
    told.current = true;
    onProposed(found);
  }, [found, onProposed]);
  const refresh = () => client.invalidateQueries({ queryKey: ["runs"] });
  const resume = useMutation({
    mutationFn: (limits: RunLimits) => resumeRun(started.run_id, limits),
    onSettled: refresh,
  });
  const cancel = useMutation({ mutationFn: () => cancelRun(started.run_id), onSettled: refresh });
  if (!run.data) return null;
  const nameOf = namesOf(run.data.document, blocks.data, pick);
  return (
    <div className="flex flex-col gap-2" aria-live="polite">
      <p className="flex items-center gap-2 text-sm">
        <StatusChip status={run.data.status} />
        <span className="grow text-fg2">{over ? "" : t("make.drafting")}</span>
        {!over && (
          <Button small busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {t("run.cancel")}
          </Button>
        )}
      </p>
      <WaitCards
        run={run.data}
        nameOf={nameOf}
        busy={resume.isPending}
        onResume={(limits) => resume.mutate(limits)}
        onCancel={() => cancel.mutate()}
        onNode={() => {}}
      />
      <div className="max-h-56 overflow-y-auto rounded-control border border-line">
        <Timeline steps={steps.data?.items ?? []} nameOf={nameOf} />
      </div>
      {found && found.state !== "open" && (
        <p role="alert" className="rounded-control bg-warn-soft p-2 text-sm whitespace-pre-wrap">
          {t("make.nothing")} {byDemo(run.data) ? t("make.demo") : saidBy(run.data, pick)}
        </p>
      )}
    </div>
  );
}
