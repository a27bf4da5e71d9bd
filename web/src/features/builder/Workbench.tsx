// The panes of the builder and how they work together.
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentView } from "@/api/types";
import { Canvas } from "@/canvas";
import { remember } from "@/editor";
import { fieldOfInput } from "@/forms/fields";
import { nodeKey } from "@/live/state";
import { Boundary } from "@/ui/Boundary";
import { Split, useKeptSize } from "@/ui/Split";
import { Tabs, tabPanel } from "@/ui/Tabs";
import { Bar } from "./Bar";
import { Dock, type DockTab } from "./Dock";
import { Inspector } from "./Inspector";
import { Outline } from "./Outline";
import { Palette } from "./Palette";
import { SaveNotices } from "./SaveNotices";
import { useSession } from "./session";
import { TextPane } from "./TextPane";
import { useBuilderRun } from "./useBuilderRun";
import { useFindings } from "./useFindings";
import { VersionsDialog } from "./VersionsDialog";

const InputsDialog = lazy(() =>
  import("@/forms/InputsDialog").then((module) => ({ default: module.InputsDialog })),
);

const route = getRouteApi("/agents/$id/edit");
const LEFT = { least: 200, most: 420, usual: 248 };
const RIGHT = { least: 260, most: 560, usual: 328 };
const DOCK = { least: 120, most: 520, usual: 212 };
type LeftTab = "blocks" | "outline" | "text";

const RECENT_KEY = "luban-recent-blocks";

function useRecent(): [string[], (block: string) => void] {
  const [recent, setRecent] = useState<string[]>(() => {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(RECENT_KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
    } catch {
      return [];
    }
  });
  const use = useCallback((block: string) => {
    setRecent((before) => {
      const next = remember(before, block);
      localStorage.setItem(RECENT_KEY, JSON.stringify(next));
      return next;
    });
  }, []);
  return [recent, use];
}

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

export function Workbench({ stored }: { stored: AgentView }) {
  const { t } = useTranslation();
  const { editor, canvas } = useSession();
  const findings = useFindings();
  const work = useBuilderRun();
  const [recent, used] = useRecent();
  const left = useKeptSize("builder-left", LEFT.usual);
  const right = useKeptSize("builder-right", RIGHT.usual);
  const dock = useKeptSize("builder-dock", DOCK.usual);
  const [leftTab, setLeftTab] = useState<LeftTab>("blocks");
  const [dockTab, setDockTab] = useState<DockTab>("problems");
  const [versions, setVersions] = useState(false);
  const openRight = () => {
    if (right.size === 0) right.set(RIGHT.usual);
  };
  const openDock = (tab: DockTab) => {
    setDockTab(tab);
    if (dock.size === 0) dock.set(DOCK.usual);
  };
  const showNode = useShowNode(openRight);
  const runId = work.run?.id;

  // An address may name a node, such as the one that failed.
  const { node: asked } = route.useSearch();
  const first = useRef(asked);
  useEffect(() => {
    const node = first.current;
    first.current = undefined;
    // The canvas is there a frame after the panes.
    if (node !== undefined) requestAnimationFrame(() => showNode(node));
  }, [showNode]);
  // A run that starts brings its result to the front.
  useEffect(() => {
    if (runId) setDockTab("result");
  }, [runId]);
  const { begin } = work;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const command = event.ctrlKey || event.metaKey;
      if (!command || event.key !== "Enter" || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]")) return;
      event.preventDefault();
      begin();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [begin]);

  const toggle = { left: [left, LEFT], right: [right, RIGHT], dock: [dock, DOCK] } as const;
  const inspect = (id: string) => {
    editor.select([id]);
    openRight();
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>("#builder-right :is(input, textarea, select)")?.focus(),
    );
  };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Bar
        problems={findings.length}
        version={stored.published_version}
        running={work.running}
        starting={work.starting}
        panes={{ left: left.size > 0, right: right.size > 0, dock: dock.size > 0 }}
        onPane={(pane) => {
          const [split, { usual }] = toggle[pane];
          split.set(split.size > 0 ? 0 : usual);
        }}
        onProblems={() => openDock("problems")}
        onVersions={() => setVersions(true)}
        onPublish={() => setVersions(true)}
        onRun={work.begin}
        onStop={work.stop}
      />
      <SaveNotices stored={stored.document} />
      <div className="flex min-h-0 grow">
        <aside
          id="builder-left"
          aria-label={t("builder.leftPane")}
          hidden={left.size === 0}
          className="flex min-h-0 shrink-0 flex-col bg-surface max-md:hidden"
          style={{ width: left.size }}
        >
          <Tabs
            name="left"
            label={t("builder.leftPane")}
            active={leftTab}
            onChange={setLeftTab}
            tabs={[
              { id: "blocks", label: t("builder.blocks") },
              { id: "outline", label: t("builder.outline") },
              { id: "text", label: t("builder.text") },
            ]}
          />
          <div {...tabPanel("left", leftTab)} tabIndex={-1} className="flex min-h-0 grow flex-col">
            <Boundary region="palette">
              {leftTab === "blocks" && (
                <Palette recent={recent} onAdd={(block) => canvas.current?.add(block)} />
              )}
              {leftTab === "outline" && <Outline findings={findings} onInspect={inspect} />}
              {leftTab === "text" && <TextPane />}
            </Boundary>
          </div>
        </aside>
        <Split
          label={t("builder.resizeLeft")}
          side="left"
          split={left}
          controls="builder-left"
          {...LEFT}
        />
        <div className="flex min-h-0 min-w-0 grow flex-col">
          <section
            aria-label={t("builder.canvas")}
            className="relative min-h-0 grow overflow-hidden"
          >
            <Boundary region="canvas">
              <Canvas
                editor={editor}
                findings={findings}
                recent={recent}
                onUsed={used}
                onInspect={inspect}
                onRun={work.begin}
                controls={canvas}
              />
            </Boundary>
          </section>
          <Split
            label={t("builder.resizeDock")}
            side="below"
            split={dock}
            controls="builder-dock"
            {...DOCK}
          />
          <section
            id="builder-dock"
            aria-label={t("builder.dock")}
            hidden={dock.size === 0}
            className="flex min-h-0 shrink-0 flex-col bg-surface"
            style={{ height: dock.size }}
          >
            <Boundary region="dock">
              <Dock
                tab={dockTab}
                onTab={setDockTab}
                findings={findings}
                run={work.run}
                steps={work.steps}
                nameOf={work.nameOf}
                onNode={showNode}
              />
            </Boundary>
          </section>
        </div>
        <Split
          label={t("builder.resizeRight")}
          side="right"
          split={right}
          controls="builder-right"
          {...RIGHT}
        />
        <aside
          id="builder-right"
          aria-label={t("builder.inspector")}
          hidden={right.size === 0}
          className="flex min-h-0 shrink-0 flex-col bg-surface max-md:hidden"
          style={{ width: right.size }}
        >
          <Boundary region="inspector">
            <Inspector findings={findings} run={runId} />
          </Boundary>
        </aside>
      </div>
      {versions && <VersionsDialog onClose={() => setVersions(false)} />}
      {work.asking && (
        <Suspense>
          <InputsDialog
            title={t("agent.runTitle", { name: work.asking.name })}
            description={work.asking.description}
            fields={work.asking.inputs.map(fieldOfInput)}
            initial={work.run?.inputs ?? work.asking.last_run?.inputs}
            submitLabel={t("agent.run")}
            onSubmit={work.start}
            onClose={work.dismiss}
          />
        </Suspense>
      )}
    </div>
  );
}
