/** The palette at the pointer: type, choose with the arrows, and the block is there and joined. */

import { clsx } from "clsx";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type BlockSpec,
  descriptionOf,
  isToolType,
  type PaletteHit,
  searchBlocks,
  titleOf,
} from "@/editor";
import { isImeKey } from "@/ui/ime";
import { BlockIcon } from "./BlockIcon";
import { useCanvas, useUi } from "./context";
import type { QuickAddRequest } from "./ui-state";

const WIDTH = 300;
const HEIGHT = 340;
const MOST = 60;

interface QuickAddProps {
  recent: readonly string[];
  onUsed: (block: string) => void;
  /** The canvas's size in pixels, to stay inside. */
  size: () => { width: number; height: number };
}

export function QuickAdd(props: QuickAddProps) {
  const request = useUi((ui) => ui.quickAdd);
  if (!request) return null;
  return (
    <QuickAddList key={`${request.screen.x} ${request.screen.y}`} {...props} request={request} />
  );
}

function QuickAddList({
  request,
  recent,
  onUsed,
  size,
}: QuickAddProps & { request: QuickAddRequest }) {
  const { ui, gestures } = useCanvas();
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [index, setIndex] = useState(0);
  const list = useId();
  const { hits, type } = useHits(request, text, recent);
  const { joins, splice } = request;
  const close = (): void => ui.setState({ quickAdd: null });
  const choose = (spec: BlockSpec | undefined): void => {
    if (!spec) return;
    close();
    if (
      gestures.addBlock(spec, request.flow, { ...(joins && { joins }), ...(splice && { splice }) })
    )
      onUsed(spec.id);
  };
  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (isImeKey(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setIndex((now) => (now + step + hits.length) % Math.max(1, hits.length));
    }
    if (event.key === "Enter") choose(hits[index]?.spec);
    if (event.key === "Escape") close();
  };
  const { width, height } = size();
  const left = Math.max(8, Math.min(request.screen.x, width - WIDTH - 8));
  const top = Math.max(8, Math.min(request.screen.y, height - HEIGHT - 8));
  return (
    <div
      className="nowheel nopan nokey lb-quick"
      style={{ left, top, width: WIDTH, maxHeight: HEIGHT }}
      role="dialog"
      aria-label={t("canvas.addBlock")}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || close()}
    >
      <input
        ref={(field) => field?.focus({ preventScroll: true })}
        className="lb-quick-field"
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={hits[index] && `${list}-${index}`}
        aria-label={t("canvas.search")}
        placeholder={
          joins && type
            ? t("canvas.fits", { kind: t(`canvas.kind.${isToolType(type) ? "tool" : type.kind}`) })
            : t("canvas.search")
        }
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setIndex(0);
        }}
        onKeyDown={onKey}
      />
      <div className="lb-quick-list" role="listbox" id={list} aria-label={t("canvas.search")}>
        {hits.map((hit, at) => (
          <Hit
            key={hit.spec.id}
            id={`${list}-${at}`}
            hit={hit}
            active={at === index}
            onChoose={() => choose(hit.spec)}
          />
        ))}
      </div>
      {hits.length === 0 && <p className="lb-quick-none">{t("canvas.noBlocks")}</p>}
    </div>
  );
}

/** The blocks that fit the request, and the type of the loose end they must fit. */
function useHits(request: QuickAddRequest, text: string, recent: readonly string[]) {
  const { editor, gestures } = useCanvas();
  const { joins, splice } = request;
  return useMemo(() => {
    const type = joins ? gestures.typeAt(joins) : null;
    const loose = joins && { type: type ?? { kind: "any" as const }, side: joins.side };
    const found = searchBlocks(editor.blocks().list(), {
      text,
      recent,
      ...(loose && { joins: loose }),
    });
    const through = ({ spec }: PaletteHit): boolean =>
      spec.inputs.length > 0 && spec.outputs.length > 0;
    return { type, hits: (splice === undefined ? found : found.filter(through)).slice(0, MOST) };
  }, [editor, gestures, joins, splice, text, recent]);
}

interface HitProps {
  id: string;
  hit: PaletteHit;
  active: boolean;
  onChoose: () => void;
}

function Hit({ id, hit: { spec }, active, onChoose }: HitProps) {
  const { i18n } = useTranslation();
  return (
    <div
      ref={(row) => {
        if (active) row?.scrollIntoView({ block: "nearest" });
      }}
      id={id}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      data-block={spec.id}
      className={clsx("lb-quick-hit", active && "lb-quick-active")}
      // Taking the press here keeps the field focused until the choice is made.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onChoose}
      onKeyDown={() => {}}
    >
      <BlockIcon icon={spec.icon} category={spec.category} />
      <span className="lb-quick-text">
        <span>{titleOf(spec, i18n.language)}</span>
        <small>{descriptionOf(spec, i18n.language)}</small>
      </span>
    </div>
  );
}
