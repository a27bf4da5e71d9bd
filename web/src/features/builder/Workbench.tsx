// The panes of the builder and how they work together.
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ShareDialog } from "@/access/dialogs";
import { useMay } from "@/access/session";
import type { AgentView } from "@/api/types";
import { Canvas } from "@/canvas";
import type { Finding } from "@/editor";
import { RunInputs } from "@/forms/RunInputs";
import { RunEstimate } from "@/live/RunEstimate";
import { nodeKey } from "@/live/state";
import { Boundary } from "@/ui/Boundary";
import { Button } from "@/ui/Button";
import { Split } from "@/ui/Split";
import { Bar } from "./Bar";
import { Dock } from "./Dock";
import { Inspector } from "./Inspector";
import { LeftPane } from "./LeftPane";
import { ProposalPanel } from "./ProposalPanel";
import { DOCK, LEFT, RIGHT, usePanes } from "./panes";
import { useRecent } from "./recent";
import { SaveNotices } from "./SaveNotices";
import { useSession } from "./session";
import { useBuilderRun } from "./useBuilderRun";
import { useFindings } from "./useFindings";
import { useProposal } from "./useProposal";
import { VersionsDialog } from "./VersionsDialog";

const ChangeDialog = lazy(() => import("./ChangeDialog"));

const route = getRouteApi("/agents/$id/edit");

/** Goes to a node wherever it is, entering bodies on the way. */
function useShowNode(onShown: () => void): (path: string) => void {
  const { editor, canvas } = useSession();
  return (path) => {
    const ids = nodeKey(path).split("/");
    const id = ids.pop();
    if (id === undefined) return;
    if (editor.getState().path.join("/") !== ids.join("/")) editor.open(ids);
    editor.select([id]);
    onShown();
    // A body just opened is drawn in the next frame.
    requestAnimationFrame(() => canvas.current?.show(id));
  };
}

/** An address may name a node, such as the one that failed. */
function useAskedNode(showNode: (path: string) => void): void {
  const { node: asked } = route.useSearch();
  const first = useRef(asked);
  useEffect(() => {
    const node = first.current;
    first.current = undefined;
    // The canvas is there a frame after the panes.
    if (node !== undefined) requestAnimationFrame(() => showNode(node));
  }, [showNode]);
}

/** Ctrl Enter runs from wherever the keyboard is. */
function useRunKey(run: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const command = event.ctrlKey || event.metaKey;
      if (!command || event.key !== "Enter" || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]")) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [run]);
}

const NOTHING_WRONG: Finding[] = [];

interface SideProps {
  id: string;
  label: string;
  width: number;
  children: ReactNode;
}

function Side({ id, label, width, children }: SideProps) {
  return (
    <aside
      id={id}
      aria-label={label}
      hidden={width === 0}
      className="flex min-h-0 shrink-0 flex-col bg-surface max-md:hidden"
      style={{ width }}
    >
      {children}
    </aside>
  );
}

function Below({ height, children }: { height: number; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <section
      id="builder-dock"
      aria-label={t("builder.dock")}
      hidden={height === 0}
      className="flex min-h-0 shrink-0 flex-col bg-surface"
      style={{ height }}
    >
      <Boundary region="dock">{children}</Boundary>
    </section>
  );
}

/** What the work of this page consists of, and how to get about in it. */
function useWork() {
  const { editor } = useSession();
  const findings = useFindings();
  const run = useBuilderRun();
  const panes = usePanes(run.run?.id);
  const open = useProposal();
  const showNode = useShowNode(panes.openRight);
  useAskedNode(showNode);
  useRunKey(run.begin);
  const inspect = (id: string) => {
    editor.select([id]);
    panes.openRight();
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>("#builder-right :is(input, textarea, select)")?.focus(),
    );
  };
  return { findings, run, panes, open, showNode, inspect };
}

type Work = ReturnType<typeof useWork>;

function Middle({
  work,
  recent,
  onUsed,
}: {
  work: Work;
  recent: string[];
  onUsed: (block: string) => void;
}) {
  const { t } = useTranslation();
  const { editor, canvas } = useSession();
  const { findings, run, panes, open, showNode, inspect } = work;
  const looking = open.proposal ? open.shown : null;
  return (
    <div className="flex min-h-0 min-w-0 grow flex-col">
      <section aria-label={t("builder.canvas")} className="relative min-h-0 grow overflow-hidden">
        <Boundary region="canvas">
          <Canvas
            key={looking ? "proposal" : "draft"}
            editor={looking ?? editor}
            marks={looking ? open.marks : undefined}
            findings={looking ? NOTHING_WRONG : findings}
            recent={recent}
            onUsed={onUsed}
            onInspect={inspect}
            onRun={run.begin}
            controls={canvas}
          />
        </Boundary>
      </section>
      <Split
        label={t("builder.resizeDock")}
        side="below"
        split={panes.dock}
        controls="builder-dock"
        {...DOCK}
      />
      <Below height={panes.dock.size}>
        <Dock
          tab={panes.dockTab}
          onTab={panes.setDockTab}
          findings={findings}
          run={run.run}
          steps={run.steps}
          nameOf={run.nameOf}
          resuming={run.resume.isPending || run.pause.isPending}
          onPause={() => run.pause.mutate()}
          onResume={(limits) => run.resume.mutate(limits)}
          onStop={run.stop}
          onNode={showNode}
        />
      </Below>
    </div>
  );
}

/** The address names a proposal that nobody can decide on any more. */
function Missed({ open }: { open: Work["open"] }) {
  const { t } = useTranslation();
  return (
    <p role="status" className="flex items-center gap-2 bg-warn-soft px-4 py-1.5 text-sm">
      <span className="grow">{t("proposal.missing")}</span>
      <Button small onClick={() => void open.close()}>
        {t("ui.close")}
      </Button>
    </p>
  );
}

function Panes({ work }: { work: Work }) {
  const { t } = useTranslation();
  const [recent, used] = useRecent();
  const { canvas } = useSession();
  const { findings, panes, inspect, run, open } = work;
  const { left, right } = panes;
  return (
    <div className="flex min-h-0 grow">
      <Side id="builder-left" label={t("builder.leftPane")} width={left.size}>
        <LeftPane findings={findings} recent={recent} onInspect={inspect} />
      </Side>
      <Split
        label={t("builder.resizeLeft")}
        side="left"
        split={left}
        controls="builder-left"
        {...LEFT}
      />
      <Middle work={work} recent={recent} onUsed={used} />
      <Split
        label={t("builder.resizeRight")}
        side="right"
        split={right}
        controls="builder-right"
        {...RIGHT}
      />
      <Side id="builder-right" label={t("builder.inspector")} width={right.size}>
        <Boundary region="inspector">
          {open.proposal && open.shown ? (
            <ProposalPanel
              open={open}
              editor={open.shown}
              onShow={(id) => canvas.current?.show(id)}
            />
          ) : (
            <Inspector findings={findings} run={run.run?.id} />
          )}
        </Boundary>
      </Side>
    </div>
  );
}

export function Workbench({ stored }: { stored: AgentView }) {
  const work = useWork();
  const { findings, run, panes } = work;
  const [versions, setVersions] = useState(false);
  const [sharing, setSharing] = useState(false);
  const [describing, setDescribing] = useState(false);
  const may = useMay();
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Bar
        problems={findings.length}
        version={stored.published_version}
        running={run.running}
        starting={run.starting}
        panes={panes.open}
        onPane={panes.toggle}
        onProblems={() => panes.openDock("problems")}
        onVersions={() => setVersions(true)}
        onShare={may("share.read") ? () => setSharing(true) : null}
        onPublish={() => setVersions(true)}
        onDescribe={may("run.start") ? () => setDescribing(true) : null}
        onRun={run.begin}
        onStop={run.stop}
      />
      <SaveNotices stored={stored.document} />
      {work.open.missing && <Missed open={work.open} />}
      <Panes work={work} />
      {describing && (
        <Suspense>
          <ChangeDialog onClose={() => setDescribing(false)} />
        </Suspense>
      )}
      {sharing && (
        <Suspense>
          <ShareDialog
            kind="agent"
            id={stored.id}
            name={stored.name}
            onClose={() => setSharing(false)}
          />
        </Suspense>
      )}
      {versions && <VersionsDialog onClose={() => setVersions(false)} />}
      {run.asking && (
        <RunInputs
          agent={run.asking}
          initial={run.run?.inputs ?? run.asking.last_run?.inputs}
          note={<RunEstimate agent={stored.id} />}
          onSubmit={run.start}
          onClose={run.dismiss}
        />
      )}
    </div>
  );
}
