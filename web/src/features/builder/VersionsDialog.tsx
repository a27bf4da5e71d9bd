import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCcw, Upload } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { agentQuery, publishAgent, restoreVersion, versionsQuery } from "@/api/agents";
import type { VersionView } from "@/api/types";
import type { AgentTree } from "@/editor";
import { Button } from "@/ui/Button";
import { Chip } from "@/ui/Chip";
import { Dialog } from "@/ui/Dialog";
import { useFormats } from "@/ui/format";
import { TextInput } from "@/ui/inputs";
import { QueryState } from "@/ui/QueryState";
import { showToast } from "@/ui/toasts";
import { useSession } from "./session";

function useVersionActions(onDone: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { agent, editor, autosave } = useSession();
  const settle = () => client.invalidateQueries({ queryKey: ["agents", agent] });
  const publish = useMutation({
    mutationFn: async (label: string) => {
      await autosave.flush();
      return publishAgent(agent, label || undefined);
    },
    onSuccess: async ({ version }) => {
      // Publishing raised the revision: whoever edits before it is known here would be in conflict.
      const now = await client.fetchQuery({ ...agentQuery(agent), staleTime: 0 });
      autosave.rebase(now.revision);
      showToast({ tone: "ok", text: t("builder.published", { number: version }) });
      onDone();
      await settle();
    },
  });
  const restore = useMutation({
    mutationFn: async (version: number) => {
      await autosave.flush();
      return { version, stored: await restoreVersion(agent, version) };
    },
    onSuccess: async ({ version, stored }) => {
      client.setQueryData(agentQuery(agent).queryKey, stored);
      autosave.rebase(stored.revision);
      editor.dispatch({ type: "replace", tree: stored.document as AgentTree });
      showToast({
        tone: "ok",
        text: t("builder.restored", { number: version }),
        action: { label: t("ui.undo"), run: () => editor.undo() },
      });
      await settle();
      onDone();
    },
  });
  return { publish, restore };
}

interface RowProps {
  version: VersionView;
  busy: boolean;
  onRestore: () => void;
}

function Row({ version, busy, onRestore }: RowProps) {
  const { t } = useTranslation();
  const { date } = useFormats();
  return (
    <li className="flex min-h-12 items-center gap-3 border-line px-3 py-1.5 not-first:border-t">
      <span className="w-10 font-semibold tabular-nums">
        {t("agent.version", { number: version.version })}
      </span>
      <span className="min-w-0 grow">
        <span className="flex items-center gap-2">
          <span className="truncate">{version.label}</span>
          {version.published && <Chip tone="accent">{t("builder.current")}</Chip>}
        </span>
        <span className="block text-xs text-fg3">
          {date(version.created_at)} · {t("agent.nodes", { count: version.nodes })}
        </span>
      </span>
      <Button small busy={busy} icon={<RotateCcw size={13} aria-hidden />} onClick={onRestore}>
        {t("builder.restore")}
      </Button>
    </li>
  );
}

export function VersionsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { agent } = useSession();
  const field = useId();
  const [label, setLabel] = useState("");
  const versions = useQuery(versionsQuery(agent));
  const { publish, restore } = useVersionActions(onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    publish.mutate(label.trim());
  };
  return (
    <Dialog open title={t("builder.versions")} onClose={onClose}>
      <form onSubmit={submit} className="mb-4">
        <label htmlFor={field} className="mb-1 block text-sm text-fg2">
          {t("builder.publishLabel")}
        </label>
        <div className="flex gap-2">
          <TextInput
            id={field}
            value={label}
            maxLength={120}
            onChange={(event) => setLabel(event.target.value)}
          />
          <Button
            type="submit"
            look="primary"
            busy={publish.isPending}
            icon={<Upload size={14} aria-hidden />}
          >
            {t("builder.publish")}
          </Button>
        </div>
        <p className="mt-1 text-xs text-fg3">{t("builder.publishHint")}</p>
      </form>
      <QueryState query={versions}>
        {({ items }) =>
          items.length ? (
            <ul className="m-0 list-none rounded-card border border-line p-0">
              {items.map((version) => (
                <Row
                  key={version.version}
                  version={version}
                  busy={restore.isPending}
                  onRestore={() => restore.mutate(version.version)}
                />
              ))}
            </ul>
          ) : (
            <p className="text-sm text-fg3">{t("builder.noVersions")}</p>
          )
        }
      </QueryState>
    </Dialog>
  );
}
