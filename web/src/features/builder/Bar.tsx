// The bar above the canvas: whose agent, whether it is saved, undo, versions, run.
import { Link } from "@tanstack/react-router";
import {
  CircleAlert,
  History,
  PanelBottom,
  PanelLeft,
  PanelRight,
  Play,
  Redo2,
  Share2,
  Sparkles,
  Square,
  Undo2,
  Upload,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLabelText } from "@/canvas";
import { Button, IconButton } from "@/ui/Button";
import { Chip, type Tone } from "@/ui/Chip";
import { useFormats } from "@/ui/format";
import { isImeKey } from "@/ui/ime";
import { TopBar } from "@/ui/Page";
import { useEditor, useSaveState, useSession } from "./session";

function SaveMark() {
  const { t } = useTranslation();
  const { time } = useFormats();
  const { status, savedAt, problem } = useSaveState();
  const tones: Partial<Record<typeof status, Tone>> = {
    offline: "warn",
    refused: "bad",
    conflict: "bad",
  };
  const tone = tones[status];
  const said =
    status === "saved" && savedAt
      ? t("builder.save.savedAt", { time: time(new Date(savedAt).toISOString()) })
      : t(`builder.save.${status}`);
  return (
    <span role="status" className="max-md:hidden">
      {tone ? (
        <Chip tone={tone} data-tip={problem ?? undefined}>
          {said}
        </Chip>
      ) : (
        <span className="text-xs whitespace-nowrap text-fg3">{said}</span>
      )}
    </span>
  );
}

function UndoRedo() {
  const { t } = useTranslation();
  const { editor } = useSession();
  const labelText = useLabelText();
  const history = useEditor((state) => state.history);
  const back = history.done.at(-1)?.label;
  const forward = history.undone.at(-1)?.label;
  return (
    <>
      <IconButton
        label={back ? t("builder.undo", { what: labelText(back) }) : t("builder.nothingToUndo")}
        disabled={!back}
        onClick={() => editor.undo()}
      >
        <Undo2 size={16} />
      </IconButton>
      <IconButton
        label={
          forward ? t("builder.redo", { what: labelText(forward) }) : t("builder.nothingToRedo")
        }
        disabled={!forward}
        onClick={() => editor.redo()}
      >
        <Redo2 size={16} />
      </IconButton>
    </>
  );
}

function Name() {
  const { t } = useTranslation();
  const { editor } = useSession();
  const name = useEditor((state) => String(state.doc.rest.name ?? ""));
  return (
    <input
      aria-label={t("builder.name")}
      value={name}
      placeholder={t("agent.untitled")}
      onChange={(event) =>
        editor.dispatch({ type: "setAgent", key: "name", value: event.target.value })
      }
      onKeyDown={(event) => {
        if (event.key === "Enter" && !isImeKey(event)) event.currentTarget.blur();
      }}
      className="field-sizing-content h-8 max-w-72 min-w-16 truncate rounded-control border border-transparent bg-transparent px-1.5 font-semibold hover:border-line focus:border-line-strong"
    />
  );
}

function Heading() {
  const name = useEditor((state) => String(state.doc.rest.name ?? ""));
  return <h1 className="sr-only">{name}</h1>;
}

function ShareButton({ onShare }: { onShare: () => void }) {
  const { t } = useTranslation();
  return (
    <IconButton label={t("builder.share")} onClick={onShare} className="max-md:hidden">
      <Share2 size={16} />
    </IconButton>
  );
}

interface BarProps {
  problems: number;
  version: number | null;
  running: boolean;
  starting: boolean;
  panes: { left: boolean; right: boolean; dock: boolean };
  onPane: (pane: "left" | "right" | "dock") => void;
  onProblems: () => void;
  onVersions: () => void;
  /** Not there for who may not share. */
  onShare: (() => void) | null;
  onPublish: () => void;
  /** Not there for who may start no run. */
  onDescribe: (() => void) | null;
  onRun: () => void;
  onStop: () => void;
}

function PaneButtons({ panes, onPane }: Pick<BarProps, "panes" | "onPane">) {
  const { t } = useTranslation();
  const pane = (open: boolean) => (open ? "text-accent!" : "text-fg3!");
  return (
    <span className="flex max-md:hidden">
      <IconButton
        look="quiet"
        aria-pressed={panes.left}
        className={pane(panes.left)}
        label={t("builder.toggleLeft")}
        onClick={() => onPane("left")}
      >
        <PanelLeft size={16} />
      </IconButton>
      <IconButton
        look="quiet"
        aria-pressed={panes.dock}
        className={pane(panes.dock)}
        label={t("builder.toggleDock")}
        onClick={() => onPane("dock")}
      >
        <PanelBottom size={16} />
      </IconButton>
      <IconButton
        look="quiet"
        aria-pressed={panes.right}
        className={pane(panes.right)}
        label={t("builder.toggleRight")}
        onClick={() => onPane("right")}
      >
        <PanelRight size={16} />
      </IconButton>
    </span>
  );
}

export function Bar(props: BarProps) {
  const { t } = useTranslation();
  const { problems, version, running, starting, panes, onPane } = props;
  return (
    <TopBar>
      <Link
        to="/agents"
        className="inline-flex min-h-6 items-center text-fg3 hover:text-fg max-lg:hidden"
      >
        {t("nav.agents")}
      </Link>
      <span aria-hidden className="text-fg3 max-lg:hidden">
        /
      </span>
      <Heading />
      <Name />
      <Chip className="max-lg:hidden">
        {version === null ? t("agent.draft") : t("agent.published", { number: version })}
      </Chip>
      <SaveMark />
      <span className="grow" />
      {problems > 0 && (
        <button type="button" onClick={props.onProblems} className="rounded-full">
          <Chip tone="bad" className="h-6!">
            <CircleAlert size={13} aria-hidden />
            {t("builder.problemCount", { count: problems })}
          </Chip>
        </button>
      )}
      {props.onDescribe && (
        <Button
          icon={<Sparkles size={14} aria-hidden />}
          onClick={props.onDescribe}
          className="max-lg:hidden"
        >
          {t("make.open")}
        </Button>
      )}
      <UndoRedo />
      <PaneButtons panes={panes} onPane={onPane} />
      <IconButton label={t("builder.versions")} onClick={props.onVersions}>
        <History size={16} />
      </IconButton>
      {props.onShare && <ShareButton onShare={props.onShare} />}
      <Button
        icon={<Upload size={14} aria-hidden />}
        onClick={props.onPublish}
        className="max-lg:hidden"
      >
        {t("builder.publish")}
      </Button>
      {running ? (
        <Button look="danger" icon={<Square size={13} aria-hidden />} onClick={props.onStop}>
          {t("builder.stop")}
        </Button>
      ) : (
        <Button
          look="primary"
          busy={starting}
          icon={<Play size={14} aria-hidden />}
          onClick={props.onRun}
          data-tip="Ctrl Enter"
        >
          {t("builder.run")}
        </Button>
      )}
    </TopBar>
  );
}
