// All blocks, searched in both languages and in pinyin; a click or a drag adds one.
import { TriangleAlert } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { BLOCK_MIME, BlockIcon } from "@/canvas";
import {
  type BlockSpec,
  CATEGORIES,
  descriptionOf,
  searchBlocks,
  titleOf,
  type UnmetNeed,
} from "@/editor";
import { useFormats } from "@/ui/format";
import { isImeKey } from "@/ui/ime";
import { SearchInput } from "@/ui/inputs";
import { BrokenBlocks } from "./BrokenBlocks";
import { McpTools } from "./McpTools";
import type { Fields } from "./panes";
import { useSession } from "./session";

interface PaletteProps {
  recent: string[];
  /** With values of inputs that are known already. */
  onAdd: (block: string, fields?: Fields) => void;
}

interface Group {
  id: string;
  title: string;
  specs: BlockSpec[];
}

function useGroups(text: string, recent: string[]): Group[] {
  const { t } = useTranslation();
  const { editor } = useSession();
  const specs = editor.blocks().list();
  if (text.trim()) {
    const hits = searchBlocks(specs, { text, recent });
    return [{ id: "hits", title: t("builder.found"), specs: hits.map((hit) => hit.spec) }];
  }
  const used = recent.flatMap((id) => editor.blocks().find(id) ?? []);
  const groups: Group[] = CATEGORIES.map((category) => ({
    id: category,
    title: t(`category.${category}`),
    specs: specs.filter((spec) => spec.category === category),
  }));
  const known = new Set<string>(CATEGORIES);
  const other = specs.filter((spec) => !known.has(spec.category));
  return [
    { id: "recent", title: t("builder.recent"), specs: used },
    ...groups,
    { id: "other", title: t("builder.otherBlocks"), specs: other },
  ].filter((group) => group.specs.length > 0);
}

/** That this machine lacks something the block needs; what, and the way out, on hover. */
function UnmetMark({ unmet }: { unmet: UnmetNeed }) {
  const { pick } = useFormats();
  const said = pick(unmet.message, unmet.message_zh);
  return (
    <span role="img" aria-label={said} data-tip={said} data-tip-side="right" className="text-warn">
      <TriangleAlert size={13} aria-hidden />
    </span>
  );
}

const TIER_MARKS = { listed: "○", solid: "◐", model: "●" };

/** How well a block is made, said on hover. */
function TierMark({ tier }: { tier: keyof typeof TIER_MARKS }) {
  const { t } = useTranslation();
  const said = t(`tier.${tier}`);
  return (
    <span
      role="img"
      aria-label={said}
      data-tip={said}
      data-tip-side="right"
      className="ml-auto shrink-0 text-[0.625rem] text-fg3"
    >
      {TIER_MARKS[tier]}
    </span>
  );
}

function Item({ spec, onAdd }: { spec: BlockSpec; onAdd: () => void }) {
  const { t } = useTranslation();
  const { language } = useFormats();
  const about = descriptionOf(spec, language);
  return (
    <li>
      <button
        type="button"
        draggable
        data-block=""
        onClick={onAdd}
        onDragStart={(event) => {
          event.dataTransfer.setData(BLOCK_MIME, spec.id);
          event.dataTransfer.effectAllowed = "copy";
        }}
        className="flex w-full items-center gap-2.5 rounded-control px-2 py-1 text-left hover:bg-surface2 focus-visible:bg-surface2"
      >
        <BlockIcon icon={spec.icon} category={spec.category} />
        <span className="min-w-0 grow">
          <span className="flex items-center gap-1.5">
            <span className="truncate">{titleOf(spec, language)}</span>
            {spec.demo && (
              <span className="shrink-0 rounded-full bg-warn-soft px-1.5 text-xs text-warn">
                {t("settings.demo")}
              </span>
            )}
            {spec.unmet?.map((each) => (
              <UnmetMark key={each.need} unmet={each} />
            ))}
            {spec.tier && <TierMark tier={spec.tier} />}
          </span>
          {about && <span className="block truncate text-xs text-fg3">{about}</span>}
        </span>
      </button>
    </li>
  );
}

export function Palette({ recent, onAdd }: PaletteProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const root = useRef<HTMLDivElement>(null);
  const groups = useGroups(text, recent);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isImeKey(event)) return;
    const items = [...(root.current?.querySelectorAll<HTMLElement>("[data-block]") ?? [])];
    const now = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = now + (event.key === "ArrowDown" ? 1 : -1);
      if (next < 0) root.current?.querySelector("input")?.focus();
      else items[Math.min(next, items.length - 1)]?.focus();
    } else if (event.key === "Enter" && now < 0) {
      event.preventDefault();
      items[0]?.click();
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys walk between the buttons inside
    <div ref={root} onKeyDown={onKeyDown} className="flex min-h-0 grow flex-col">
      <SearchInput
        label={t("builder.searchBlocks")}
        value={text}
        onChange={setText}
        className="m-2.5 mb-1"
      />
      <div className="min-h-0 grow overflow-y-auto px-1 pb-3">
        {groups.map((group) => (
          <section key={group.id} aria-label={group.title}>
            <h3 className="px-2 pt-2.5 pb-1 text-xs font-normal text-fg3">{group.title}</h3>
            <ul className="m-0 list-none p-0">
              {group.specs.map((spec) => (
                <Item key={spec.id} spec={spec} onAdd={() => onAdd(spec.id)} />
              ))}
            </ul>
          </section>
        ))}
        <McpTools text={text} onAdd={onAdd} />
        {groups.every((group) => group.specs.length === 0) && (
          <p className="px-3 py-6 text-center text-sm text-fg3">{t("builder.noBlock")}</p>
        )}
      </div>
      <BrokenBlocks />
    </div>
  );
}
