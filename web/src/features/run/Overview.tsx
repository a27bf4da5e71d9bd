// The run as a whole: what it came to, what it was given, when each block worked.
import { Link } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RunView } from "@/api/types";
import { RunResult } from "@/live/RunResult";
import { Inputs } from "@/live/StepDetails";
import { Timeline } from "@/live/Timeline";
import { WaitCards } from "@/live/WaitCards";
import { buttonClass } from "@/ui/Button";
import { MoreSteps } from "./MoreSteps";
import type { Run } from "./useRun";

/** From what failed to where it can be mended. */
function MendLink({ run }: { run: RunView }) {
  const { t } = useTranslation();
  const node = run.error?.node ?? undefined;
  return (
    <Link
      to="/agents/$id/edit"
      params={{ id: run.agent_id }}
      search={{ run: run.id, node }}
      className={buttonClass("plain", true)}
    >
      <Workflow size={13} aria-hidden />
      {t("run.mend")}
    </Link>
  );
}

interface OverviewProps {
  run: Run;
  view: RunView;
  onNode: (node: string) => void;
}

export function Overview({ run, view, onNode }: OverviewProps) {
  const { t } = useTranslation();
  const { steps, nameOf, labelOf, resume, cancel } = run;
  const known = steps.data?.items ?? [];
  return (
    <div className="flex flex-col gap-6">
      <WaitCards
        run={view}
        nameOf={nameOf}
        busy={resume.isPending}
        onResume={(limits) => resume.mutate(limits)}
        onCancel={() => cancel.mutate()}
        onNode={onNode}
      />
      <section>
        <h2 className="mb-2 text-lg">{t("run.result")}</h2>
        <RunResult
          status={view.status}
          outputs={view.outputs}
          error={view.error}
          starved={view.starved}
          nameOf={nameOf}
          labelOf={labelOf}
          onNode={onNode}
          errorActions={view.error && <MendLink run={view} />}
        />
      </section>
      <section>
        <h2 className="mb-2 text-lg">{t("run.runInputs")}</h2>
        <Inputs values={view.inputs} labelOf={labelOf} />
      </section>
      <section>
        <h2 className="mb-2 text-lg">{t("run.timeline")}</h2>
        <div className="rounded-card border border-line bg-surface">
          <Timeline steps={known} nameOf={nameOf} onNode={onNode} />
        </div>
        {steps.data && steps.data.total > known.length && (
          <MoreSteps
            shown={known.length}
            total={steps.data.total}
            busy={steps.isFetching}
            onMore={run.more}
          />
        )}
      </section>
    </div>
  );
}
