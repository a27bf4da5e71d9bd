// Left of the canvas: the blocks to add, the outline, the agent as text.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Finding } from "@/editor";
import { Boundary } from "@/ui/Boundary";
import { Tabs, tabPanel } from "@/ui/Tabs";
import { Outline } from "./Outline";
import { Palette } from "./Palette";
import type { Fields } from "./panes";
import { useSession } from "./session";
import { TextPane } from "./TextPane";

type LeftTab = "blocks" | "outline" | "text";

interface LeftPaneProps {
  findings: Finding[];
  recent: string[];
  onInspect: (node: string) => void;
}

export function LeftPane({ findings, recent, onInspect }: LeftPaneProps) {
  const { t } = useTranslation();
  const { canvas, editor } = useSession();
  const [tab, setTab] = useState<LeftTab>("blocks");
  const add = (block: string, fields: Fields = {}) => {
    const id = canvas.current?.add(block);
    if (!id) return;
    for (const [name, value] of Object.entries(fields))
      editor.dispatch({ type: "setField", id, name, value });
  };
  return (
    <>
      <Tabs
        name="left"
        label={t("builder.leftPane")}
        active={tab}
        onChange={setTab}
        tabs={[
          { id: "blocks", label: t("builder.blocks") },
          { id: "outline", label: t("builder.outline") },
          { id: "text", label: t("builder.text") },
        ]}
      />
      <div {...tabPanel("left", tab)} tabIndex={-1} className="flex min-h-0 grow flex-col">
        <Boundary region="palette">
          {tab === "blocks" && <Palette recent={recent} onAdd={add} />}
          {tab === "outline" && <Outline findings={findings} onInspect={onInspect} />}
          {tab === "text" && <TextPane />}
        </Boundary>
      </div>
    </>
  );
}
