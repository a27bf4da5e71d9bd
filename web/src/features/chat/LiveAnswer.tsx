// An answer on its way: its text as it is written, what its run asks, and when it is over.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { blocksQuery } from "@/api/catalogue";
import { cancelRun, resumeRun } from "@/api/runs";
import type { ThreadMessage } from "@/api/threads";
import type { RunLimits } from "@/api/types";
import { namesOf } from "@/live/names";
import type { RunLive } from "@/live/state";
import { createLive } from "@/live/store";
import { useLiveRun } from "@/live/useLiveRun";
import { WaitCards } from "@/live/WaitCards";
import { useFormats } from "@/ui/format";
import { StreamedText } from "./StreamedText";

interface LiveAnswerProps {
  message: ThreadMessage;
  run: string;
  onNode: (node: string) => void;
}

/** What is written so far, or was given a moment ago. */
function textSoFar(live: RunLive, { streams, text }: ThreadMessage): string {
  for (const { node, pin } of streams) {
    const state = live.nodes[node];
    const given = state?.outputs[pin];
    const found = state?.deltas[pin] ?? (typeof given === "string" ? given : undefined);
    if (found) return found;
  }
  return text;
}

export default function LiveAnswer({ message, run, onNode }: LiveAnswerProps) {
  const { t } = useTranslation();
  const { pick } = useFormats();
  const client = useQueryClient();
  const [live] = useState(createLive);
  const { run: record } = useLiveRun(run, live);
  const blocks = useQuery(blocksQuery());
  const text = useStore(live, (state) => textSoFar(state, message));
  const over = useStore(live, ({ status }) =>
    ["completed", "failed", "cancelled"].includes(status),
  );
  const thread = () => client.invalidateQueries({ queryKey: ["threads"] });
  const settled = () => client.invalidateQueries({ queryKey: ["runs", run] });
  const resume = useMutation({
    mutationFn: (limits: RunLimits) => resumeRun(run, limits),
    onSettled: settled,
  });
  const ended = over || ["completed", "failed", "cancelled"].includes(record.data?.status ?? "");
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: ["threads"] });
  }, [ended, client]);
  return (
    <>
      {text ? (
        <StreamedText text={text} />
      ) : (
        !record.data?.waiting_for.length && <p className="text-fg2">{t("chat.thinking")}</p>
      )}
      {record.data && record.data.waiting_for.length > 0 && (
        <WaitCards
          run={record.data}
          nameOf={namesOf(record.data.document, blocks.data, pick)}
          busy={resume.isPending}
          onResume={(limits) => resume.mutate(limits)}
          onCancel={() => void cancelRun(run).finally(thread)}
          onNode={onNode}
        />
      )}
    </>
  );
}
