// Lets a run stand still, or go on, whichever it does not do.
import { Pause, Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RunView } from "@/api/types";
import { Button } from "@/ui/Button";
import { isHeld } from "./waits";

interface PauseButtonProps {
  run: RunView;
  busy: boolean;
  small?: boolean;
  onPause: () => void;
  onResume: () => void;
}

export function PauseButton({ run, busy, small, onPause, onResume }: PauseButtonProps) {
  const { t } = useTranslation();
  const held = run.waiting_for.some(isHeld);
  const going = run.status === "queued" || run.status === "running" || run.status === "waiting";
  if (!going || run.waiting_for.some(({ kind }) => kind === "limit")) return null;
  const Icon = held ? Play : Pause;
  return (
    <Button
      small={small ?? false}
      busy={busy}
      icon={<Icon size={14} aria-hidden />}
      onClick={held ? onResume : onPause}
    >
      {t(held ? "run.resume" : "run.pause")}
    </Button>
  );
}
