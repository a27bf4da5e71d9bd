// What needs a decision about saving: a conflict, a refusal, work found after a crash.
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentDocument } from "@/api/types";
import { type AgentTree, browserDrafts, recoverable, type StoredDraft } from "@/editor";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { useFormats } from "@/ui/format";
import { useSaveState, useSession } from "./session";

function Conflict() {
  const { t } = useTranslation();
  const { editor, autosave } = useSession();
  const [later, setLater] = useState(false);
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setBusy(true);
    const tree = await autosave.takeTheirs();
    editor.dispatch({ type: "replace", tree });
    setBusy(false);
  };
  const keep = async () => {
    setBusy(true);
    await autosave.keepMine();
    setBusy(false);
  };
  return (
    <Dialog
      open={!later}
      title={t("builder.conflictTitle")}
      onClose={() => setLater(true)}
      footer={
        <>
          <Button busy={busy} onClick={take}>
            {t("builder.takeTheirs")}
          </Button>
          <Button look="primary" busy={busy} onClick={keep}>
            {t("builder.keepMine")}
          </Button>
        </>
      }
    >
      <p>{t("builder.conflictText")}</p>
    </Dialog>
  );
}

function Recovery({ stored }: { stored: AgentDocument }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const { agent, editor } = useSession();
  const [draft, setDraft] = useState<StoredDraft | null>(null);
  // Asked once, when the agent is opened: later drafts are our own.
  const [first] = useState(stored);
  useEffect(() => {
    let gone = false;
    void recoverable(browserDrafts, agent, first as AgentTree).then((found) => {
      if (!gone && found) setDraft(found);
    });
    return () => {
      gone = true;
    };
  }, [agent, first]);
  if (!draft) return null;
  const close = () => {
    setDraft(null);
    void browserDrafts.drop(agent);
  };
  const load = () => {
    editor.dispatch({ type: "replace", tree: draft.tree });
    close();
  };
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-3 bg-warn-soft px-4 py-1.5 text-sm"
    >
      <span className="grow text-warn">
        {t("builder.draftFound", {
          date: date(new Date(draft.at).toISOString()),
          nodes: draft.nodes,
          links: draft.links,
        })}
      </span>
      <Button small look="primary" onClick={load}>
        {t("builder.draftLoad")}
      </Button>
      <Button small onClick={close}>
        {t("builder.draftDrop")}
      </Button>
    </div>
  );
}

export function SaveNotices({ stored }: { stored: AgentDocument }) {
  const { t } = useTranslation();
  const { autosave } = useSession();
  const { status, problem } = useSaveState();
  return (
    <>
      <Recovery stored={stored} />
      {status === "refused" && (
        <div
          role="alert"
          className="flex items-center gap-3 bg-bad-soft px-4 py-1.5 text-sm text-bad"
        >
          <span className="grow">
            {t("builder.refusedTitle")}. {problem}
          </span>
          <Button small onClick={() => void autosave.flush()}>
            {t("ui.retry")}
          </Button>
        </div>
      )}
      {status === "conflict" && <Conflict />}
    </>
  );
}
