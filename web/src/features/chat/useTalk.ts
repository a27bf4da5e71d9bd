// What is done in a conversation; the first message makes it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  changeThread,
  createThread,
  isOnItsWay,
  type Partner,
  retryMessage,
  type Saying,
  say,
  stopThread,
  type ThreadMessage,
  threadQuery,
} from "@/api/threads";

const NONE: ThreadMessage[] = [];

export function useTalk(thread: string | undefined, partner: Partner) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const detail = useQuery({ ...threadQuery(thread ?? ""), enabled: thread !== undefined });
  const onSettled = () => client.invalidateQueries({ queryKey: ["threads"] });
  const saying = useMutation({
    meta: { silent: true },
    mutationFn: async (said: Saying) => {
      const id = thread ?? (await createThread(partner)).id;
      await say(id, said);
      if (id !== thread) await navigate({ to: "/chat/$thread", params: { thread: id } });
    },
    onSettled,
  });
  const retrying = useMutation({
    mutationFn: ({ message, other }: { message: ThreadMessage; other?: Partner | undefined }) =>
      retryMessage(thread ?? "", message.id, other),
    onSettled,
  });
  const showing = useMutation({
    mutationFn: (shown: string) => changeThread(thread ?? "", { shown }),
    onSettled,
  });
  const choosing = useMutation({
    mutationFn: ({ agent, model }: Partner) =>
      changeThread(thread ?? "", { agent: agent ?? "", model: model ?? "" }),
    onSettled,
  });
  const stopping = useMutation({ mutationFn: () => stopThread(thread ?? ""), onSettled });
  const messages = (thread !== undefined && detail.data?.messages) || NONE;
  const last = messages.at(-1);
  const going = last !== undefined && isOnItsWay(last);
  return { detail, messages, going, saying, retrying, showing, choosing, stopping };
}

export type Talk = ReturnType<typeof useTalk>;
