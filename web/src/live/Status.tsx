// How a status looks everywhere: icon, word and colour together.
import { clsx } from "clsx";
import {
  Ban,
  Circle,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  LoaderCircle,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RunStatus } from "@/api/types";
import { Chip, type Tone } from "@/ui/Chip";
import type { NodeStatus } from "./state";

export type AnyStatus = RunStatus | NodeStatus;

const LOOKS = {
  idle: { Icon: Circle, tone: "plain", color: "text-fg3" },
  queued: { Icon: CircleDashed, tone: "plain", color: "text-fg3" },
  running: { Icon: LoaderCircle, tone: "run", color: "text-run" },
  waiting: { Icon: CirclePause, tone: "wait", color: "text-wait" },
  completed: { Icon: CircleCheck, tone: "ok", color: "text-ok" },
  failed: { Icon: CircleX, tone: "bad", color: "text-bad" },
  cancelled: { Icon: Ban, tone: "plain", color: "text-fg3" },
} as const satisfies Record<AnyStatus, { Icon: typeof Circle; tone: Tone; color: string }>;

export function StatusIcon({ status, size = 15 }: { status: AnyStatus; size?: number }) {
  const { Icon, color } = LOOKS[status];
  const turning = status === "running" && "animate-spin motion-reduce:animate-none";
  return <Icon size={size} aria-hidden className={clsx("shrink-0", color, turning)} />;
}

/** The icon alone, its word for the screen reader and the tip. */
export function StatusMark({ status }: { status: AnyStatus }) {
  const { t } = useTranslation();
  const word = t(`status.${status}`);
  return (
    <span role="img" aria-label={word} data-tip={word} className="grid size-6 place-items-center">
      <StatusIcon status={status} />
    </span>
  );
}

export function StatusChip({ status }: { status: AnyStatus }) {
  const { t } = useTranslation();
  return (
    <Chip tone={LOOKS[status].tone}>
      <StatusIcon status={status} size={13} />
      {t(`status.${status}`)}
    </Chip>
  );
}
