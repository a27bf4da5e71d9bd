/** The small bar in the corner: zoom, fit, tidy, grid, overview. */

import { useStore } from "@xyflow/react";
import { Grid3x3, Map as MapIcon, Maximize2, Minus, Plus, Workflow } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CameraMoves } from "./camera";
import { useCanvas, useUi } from "./context";

interface ControlsProps {
  moves: CameraMoves;
  onTidy: () => void;
}

export function Controls({ moves, onTidy }: ControlsProps) {
  const { ui } = useCanvas();
  const { t } = useTranslation();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  const minimap = useUi((state) => state.minimap);
  const snap = useUi((state) => state.snap);
  return (
    <div className="lb-controls" role="toolbar" aria-label={t("canvas.more")}>
      <Control label={t("canvas.zoomOut")} onClick={() => moves.zoomBy(1 / 1.25)}>
        <Minus size={15} aria-hidden />
      </Control>
      <Control
        // The figure shown stands in the name too, for those who say what they see.
        label={`${percent}% · ${t("canvas.zoomReset")}`}
        onClick={() => moves.zoomTo(1)}
      >
        <span className="lb-percent">{percent}%</span>
      </Control>
      <Control label={t("canvas.zoomIn")} onClick={() => moves.zoomBy(1.25)}>
        <Plus size={15} aria-hidden />
      </Control>
      <Control label={t("canvas.fit")} onClick={() => moves.fit()}>
        <Maximize2 size={14} aria-hidden />
      </Control>
      <Control label={t("canvas.tidy")} onClick={onTidy}>
        <Workflow size={15} aria-hidden />
      </Control>
      <Control label={t("canvas.snap")} pressed={snap} onClick={() => ui.setState({ snap: !snap })}>
        <Grid3x3 size={15} aria-hidden />
      </Control>
      <Control
        label={t("canvas.minimap")}
        pressed={minimap}
        onClick={() => ui.setState({ minimap: !minimap })}
      >
        <MapIcon size={15} aria-hidden />
      </Control>
    </div>
  );
}

interface ControlProps {
  label: string;
  onClick: () => void;
  pressed?: boolean;
  children: ReactNode;
}

function Control({ label, onClick, pressed, children }: ControlProps) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      data-tip-side="top"
      aria-pressed={pressed}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
