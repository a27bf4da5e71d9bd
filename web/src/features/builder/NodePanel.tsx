// One block: its title, its inputs, what it last took and gave, how it retries, a note.
import { useQuery } from "@tanstack/react-query";
import { Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { stepsQuery } from "@/api/runs";
import { BlockIcon, useFindingText } from "@/canvas";
import { descriptionOf, duplicateCommand, type Finding, specOf, titleOf } from "@/editor";
import { Form } from "@/forms/Form";
import { ErrorCard } from "@/live/ErrorCard";
import { Inputs, Outputs } from "@/live/StepDetails";
import { useNodeLive } from "@/live/store";
import { Button, IconButton } from "@/ui/Button";
import { useFormats } from "@/ui/format";
import { isImeKey } from "@/ui/ime";
import { TextArea } from "@/ui/inputs";
import { Tabs, tabPanel } from "@/ui/Tabs";
import { AcceptVersion } from "./AcceptVersion";
import { BodyFields } from "./BodyFields";
import { CredentialChoice } from "./CredentialChoice";
import { fieldsOfNode, linksOfNode, notesOfNode, valuesOf } from "./nodeFields";
import { isNoteNode, nodeTitle } from "./nodeWords";
import { OptionsForm } from "./OptionsForm";
import { useSession } from "./session";
import { useNode } from "./useNode";

interface NodePanelProps {
  id: string;
  findings: Finding[];
  run: string | undefined;
}

type Tab = "config" | "input" | "output" | "options" | "note";

function Head({ id }: { id: string }) {
  const { t } = useTranslation();
  const { language } = useFormats();
  const { editor, node, blocks } = useNode(id);
  const spec = specOf(node, blocks);
  const usual = spec ? titleOf(spec, language) : id;
  const about = spec ? descriptionOf(spec, language) : "";
  return (
    <header className="flex items-center gap-2.5 px-4 pt-3 pb-2">
      <BlockIcon icon={spec?.icon} category={spec?.category} size={30} />
      <div className="min-w-0 grow">
        <input
          aria-label={t("builder.title")}
          value={typeof node.title === "string" ? node.title : ""}
          placeholder={usual}
          onChange={(event) =>
            editor.dispatch({
              type: "setNode",
              ids: [id],
              key: "title",
              value: event.target.value || undefined,
            })
          }
          onKeyDown={(event) => {
            if (event.key === "Enter" && !isImeKey(event)) event.currentTarget.blur();
          }}
          className="-mx-1.5 block w-full rounded-control border border-transparent bg-transparent px-1.5 py-0.5 text-lg font-semibold text-fg placeholder:text-fg hover:border-line focus:border-line-strong"
        />
        <p className="truncate text-xs text-fg3" data-tip={about || undefined}>
          {usual} · <code className="font-mono">{node.body ? id : (node.block ?? id)}</code>
        </p>
      </div>
    </header>
  );
}

function Config({ id, findings }: { id: string; findings: Finding[] }) {
  const { t } = useTranslation();
  const { language } = useFormats();
  const say = useFindingText();
  const { canvas } = useSession();
  const { editor, graph, node, blocks, path } = useNode(id);
  const spec = blocks.find(node.block);
  const fields = fieldsOfNode(node, blocks);
  const links = linksOfNode(graph, id, blocks, language, {
    show: (source) => {
      editor.select([source]);
      canvas.current?.show(source);
    },
    unlink: (link) => editor.dispatch({ type: "delete", links: [link] }),
  });
  const missing = findings.filter(({ code }) => code.includes("credential"));
  const notes = notesOfNode(
    findings.filter((each) => !missing.includes(each)),
    path,
    say,
  );
  const needs = spec?.credentials ?? [];
  const general = notes[""] ?? [];
  if (!spec && !node.body)
    return (
      <div className="rounded-card bg-bad-soft p-3 text-sm">
        <p className="font-semibold text-bad">
          {t("builder.unknownBlock", { id: node.block ?? "" })}
        </p>
        {general.length === 0 && <p className="text-fg2">{t("builder.unknownBlockHint")}</p>}
        {general.map((note) => (
          <p key={note} className="break-words text-fg2">
            {note}
          </p>
        ))}
      </div>
    );
  return (
    <>
      {general.length > 0 && (
        <ul className="m-0 mb-3 list-none rounded-control bg-bad-soft px-3 py-2 text-sm text-bad">
          {general.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <AcceptVersion id={id} findings={findings} />
      {spec?.demo && (
        <p className="mb-3 rounded-control bg-warn-soft px-3 py-2 text-xs text-warn">
          {t("builder.demoBlock")}
        </p>
      )}
      {node.body && <BodyFields id={id} />}
      {needs.length > 0 && (
        <CredentialChoice
          id={id}
          needs={needs}
          notes={missing.filter((each) => each.node === path).map(say)}
        />
      )}
      {fields.length === 0 && !node.body ? (
        <p className="text-sm text-fg3">{t("builder.noFields")}</p>
      ) : (
        <Form
          scope={`node-${path}`}
          fields={fields}
          values={valuesOf(node)}
          onChange={(name, value) => editor.dispatch({ type: "setField", id, name, value })}
          notes={notes}
          linked={links.linked}
          partly={links.partly}
        />
      )}
    </>
  );
}

function LastStep({
  id,
  run,
  side,
}: {
  id: string;
  run: string | undefined;
  side: "input" | "output";
}) {
  const { t } = useTranslation();
  const { language } = useFormats();
  const { graph, blocks, path } = useNode(id);
  const live = useNodeLive(path);
  const steps = useQuery({ ...stepsQuery(run ?? "", path), enabled: run !== undefined });
  const step = steps.data?.items.at(-1);
  const nameOf = (node: string) => nodeTitle(node, graph, blocks, language);
  if (!step) {
    const seen = Object.entries(live?.outputs ?? {});
    if (side === "output" && seen.length) return <Outputs values={seen} />;
    return <p className="text-sm text-fg3">{t("builder.notRunYet")}</p>;
  }
  return (
    <div className="flex flex-col gap-3">
      {step.error && <ErrorCard error={step.error} nameOf={nameOf} />}
      {side === "input" ? <Inputs values={step.inputs} /> : <Outputs values={step.outputs} />}
    </div>
  );
}

function Note({ id }: { id: string }) {
  const { t } = useTranslation();
  const { editor, node } = useNode(id);
  return (
    <>
      <TextArea
        aria-label={t("builder.notes")}
        rows={5}
        value={typeof node.note === "string" ? node.note : ""}
        onChange={(event) =>
          editor.dispatch({
            type: "setNode",
            ids: [id],
            key: "note",
            value: event.target.value || undefined,
          })
        }
      />
      <p className="mt-1 text-xs text-fg3">{t("builder.noteHint")}</p>
    </>
  );
}

export function NodePanel({ id, findings, run }: NodePanelProps) {
  const { t } = useTranslation();
  const { language } = useFormats();
  const { editor, graph, node, blocks } = useNode(id);
  const [tab, setTab] = useState<Tab>("config");
  const plain = isNoteNode(node, blocks.find(node.block));
  const tabs: { id: Tab; label: string }[] = plain
    ? [{ id: "config", label: t("builder.config") }]
    : [
        { id: "config", label: t("builder.config") },
        { id: "input", label: t("builder.lastInput") },
        { id: "output", label: t("builder.lastOutput") },
        { id: "options", label: t("builder.options") },
        { id: "note", label: t("builder.notes") },
      ];
  const copy = () => {
    const command = duplicateCommand(editor.view(), new Set([id]));
    if (command) editor.dispatch(command);
  };
  return (
    <section
      aria-label={nodeTitle(id, graph, blocks, language)}
      className="flex min-h-0 grow flex-col"
    >
      <Head id={id} />
      <Tabs
        name="inspector"
        label={t("builder.inspector")}
        tabs={tabs}
        active={tab}
        onChange={setTab}
      />
      <div
        {...tabPanel("inspector", tab)}
        className="min-h-0 grow overflow-y-auto p-4 outline-none"
      >
        {tab === "config" && <Config id={id} findings={findings} />}
        {(tab === "input" || tab === "output") && <LastStep id={id} run={run} side={tab} />}
        {tab === "options" && <OptionsForm id={id} />}
        {tab === "note" && <Note id={id} />}
      </div>
      <footer className="flex shrink-0 items-center gap-2 border-t border-line px-4 py-2">
        <code className="min-w-0 grow truncate font-mono text-xs text-fg3">{id}</code>
        <IconButton small look="quiet" label={t("builder.duplicate")} onClick={copy}>
          <Copy size={14} />
        </IconButton>
        <Button
          small
          look="danger"
          icon={<Trash2 size={14} aria-hidden />}
          onClick={() => editor.dispatch({ type: "delete", nodes: [id] })}
        >
          {t("builder.delete")}
        </Button>
      </footer>
    </section>
  );
}
