// What a proposal would change: each change accepted or refused, then all of it taken over at once.
import { clsx } from "clsx";
import { Check, TriangleAlert } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { ChangeView } from "@/api/proposals";
import type { Json } from "@/api/types";
import type { Editor } from "@/editor";
import { Button } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { useSentence } from "@/ui/sentence";
import { brief } from "@/values/kind";
import { isConflict, isOpen } from "./proposal";
import type { OpenProposal } from "./useProposal";

const SIGNS: Record<ChangeView["kind"], string> = {
  node_added: "+",
  link_added: "+",
  node_removed: "−",
  link_removed: "−",
  node_replaced: "~",
  node_renamed: "~",
  node_changed: "~",
  input_changed: "~",
  setting_changed: "~",
  document_changed: "~",
};
const TONES: Record<string, string> = { "+": "text-ok", "−": "text-bad", "~": "text-warn" };

function useSays(): (change: ChangeView) => string {
  const { t } = useTranslation();
  return ({ kind, node, name, link }) => t(`proposal.${kind}`, { node, name, link });
}

/** Both values of a change, one under the other. */
function Values({ change }: { change: ChangeView }) {
  const { t } = useTranslation();
  const { kind, had, has } = change;
  if (kind.startsWith("node_") && kind !== "node_changed") return null;
  if (change.link || !(had || has)) return null;
  return (
    <dl className="m-0 grid grid-cols-[auto_1fr] gap-x-2 font-mono text-xs break-words">
      {had && (
        <>
          <dt className="text-fg3">{t("proposal.before")}</dt>
          <dd className="m-0 min-w-0 text-bad line-through">{brief(change.before as Json)}</dd>
        </>
      )}
      {has && (
        <>
          <dt className="text-fg3">{t("proposal.after")}</dt>
          <dd className="m-0 min-w-0 text-ok">{brief(change.after as Json)}</dd>
        </>
      )}
    </dl>
  );
}

interface RowProps {
  change: ChangeView;
  chosen: boolean;
  near: boolean;
  onChoose: (on: boolean) => void;
  onShow: () => void;
}

function Row({ change, chosen, near, onChoose, onShow }: RowProps) {
  const { t } = useTranslation();
  const says = useSays();
  const sign = SIGNS[change.kind];
  const said = says(change);
  return (
    <li
      className={clsx("flex gap-2 rounded-control px-2 py-1.5", near && "bg-accent-soft")}
      data-change={change.id}
    >
      <input
        type="checkbox"
        className="mt-1 size-4 shrink-0 accent-(--accent)"
        aria-label={t("proposal.accept", { what: said })}
        checked={chosen}
        disabled={!isOpen(change)}
        onChange={(event) => onChoose(event.target.checked)}
      />
      <div className="min-w-0 grow">
        <button
          type="button"
          disabled={!change.node}
          onClick={onShow}
          className="text-left text-sm break-words enabled:hover:underline"
        >
          <span aria-hidden className={clsx("mr-1 font-mono font-semibold", TONES[sign])}>
            {sign}
          </span>
          {said}
        </button>
        <Values change={change} />
        {change.standing !== "open" && (
          <p className={clsx("text-xs", isConflict(change) ? "text-warn" : "text-fg3")}>
            {t(`proposal.standing.${change.standing}`)}
          </p>
        )}
      </div>
    </li>
  );
}

function Warnings({ open }: { open: OpenProposal }) {
  const { pick } = useFormats();
  const warnings = open.proposal?.warnings ?? [];
  if (warnings.length === 0) return null;
  return (
    <ul className="m-0 list-none p-0">
      {warnings.map((warning) => (
        <li key={`${warning.code} ${warning.node} ${warning.pin}`} className="flex gap-1.5 text-xs">
          <TriangleAlert size={13} aria-hidden className="mt-0.5 shrink-0 text-warn" />
          {pick(warning.message, warning.message_zh)}
        </li>
      ))}
    </ul>
  );
}

interface PanelProps {
  open: OpenProposal;
  editor: Editor;
  onShow: (node: string) => void;
}

export function ProposalPanel({ open, editor, onShow }: PanelProps) {
  const { t } = useTranslation();
  const { proposal, chosen, apply, refuse } = open;
  const selection = useSyncExternalStore(editor.subscribe, () => editor.getState().selection);
  const failed = useSentence(apply.error ?? refuse.error).sentence;
  if (!proposal) return null;
  const busy = apply.isPending || refuse.isPending;
  return (
    <div className="flex min-h-0 grow flex-col" data-proposal={proposal.id}>
      <header className="flex flex-col gap-2 border-b border-line p-3">
        <h2 className="text-lg">{t("proposal.title")}</h2>
        <p className="text-sm break-words whitespace-pre-wrap">{proposal.summary}</p>
        <Warnings open={open} />
        <p className="flex items-center gap-2 text-sm text-fg2">
          <span className="grow" role="status">
            {t("proposal.chosen", {
              chosen: chosen.size,
              total: proposal.changes.filter(isOpen).length,
            })}
          </span>
          <Button small onClick={open.all}>
            {t("proposal.all")}
          </Button>
          <Button small onClick={open.none}>
            {t("proposal.none")}
          </Button>
        </p>
      </header>
      <ul
        aria-label={t("proposal.changes")}
        className="m-0 min-h-0 grow list-none overflow-y-auto p-1"
      >
        {proposal.changes.map((change) => (
          <Row
            key={change.id}
            change={change}
            chosen={chosen.has(change.id)}
            near={change.node !== "" && selection.nodes.has(change.node)}
            onChoose={(on) => open.choose(change.id, on)}
            onShow={() => onShow(change.node)}
          />
        ))}
      </ul>
      <footer className="flex flex-wrap items-center gap-2 border-t border-line p-3">
        <Button
          look="primary"
          busy={apply.isPending}
          disabled={chosen.size === 0 || busy}
          icon={<Check size={14} aria-hidden />}
          onClick={() => apply.mutate()}
        >
          {t("proposal.apply")}
        </Button>
        <Button look="danger" disabled={busy} onClick={() => refuse.mutate()}>
          {t("proposal.refuse")}
        </Button>
        <Button look="quiet" disabled={busy} onClick={() => void open.close()}>
          {t("proposal.later")}
        </Button>
        {(apply.isError || refuse.isError) && (
          <p role="alert" className="text-sm text-bad">
            {failed}
          </p>
        )}
      </footer>
    </div>
  );
}
