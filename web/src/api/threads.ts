// Conversations: threads, what is said in them, and the branches between which one chooses.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { part, send } from "./client";
import type { components } from "./schema";
import type { FileReference, Page, StoredError } from "./types";

type Wire = components["schemas"];

export type Thread = Wire["ThreadView"];
export type ThreadMessage = Omit<Wire["ThreadMessageView"], "error" | "files"> & {
  error: StoredError | null;
  files: FileReference[];
};
export type ThreadDetail = Omit<Wire["ThreadDetailView"], "messages"> & {
  messages: ThreadMessage[];
};
export type TalkableAgent = Wire["PartnerView"];

/** Whom one talks with: an agent, else a model; both empty is the default model. */
export interface Partner {
  agent?: string | undefined;
  model?: string | undefined;
}

const AT = (id: string) => `/threads/${part(id)}`;
const UNDER_WAY: readonly string[] = ["queued", "running", "waiting"];

/** Whether an answer is still on its way. */
export const isOnItsWay = ({ status }: ThreadMessage): boolean =>
  status !== null && UNDER_WAY.includes(status);

export const threadsQuery = (search: string, archived: boolean) =>
  queryOptions({
    queryKey: ["threads", "list", search, archived],
    queryFn: ({ signal }) =>
      send<Page<Thread>>("GET", "/threads", {
        query: { ...(search && { search }), ...(archived && { archived }), page_size: 100 },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const threadQuery = (id: string) =>
  queryOptions({
    queryKey: ["threads", id],
    queryFn: ({ signal }) => send<ThreadDetail>("GET", AT(id), { signal }),
  });

export const talkableQuery = () =>
  queryOptions({
    queryKey: ["agents", "talkable"],
    queryFn: ({ signal }) => send<{ items: TalkableAgent[] }>("GET", "/threads/agents", { signal }),
    select: ({ items }) => items,
  });

export const createThread = ({ agent, model }: Partner) =>
  send<Thread>("POST", "/threads", { body: { agent: agent ?? "", model: model ?? "" } });

export interface Saying {
  text: string;
  files: FileReference[];
  edits?: string | undefined;
}

export const say = (thread: string, { text, files, edits }: Saying) =>
  send<{ message: ThreadMessage; answer: ThreadMessage }>("POST", `${AT(thread)}/messages`, {
    body: { text, files, ...(edits && { edits }) },
  });

export const retryMessage = (thread: string, message: string, { agent, model }: Partner = {}) =>
  send<ThreadMessage>("POST", `${AT(thread)}/messages/${part(message)}/retry`, {
    body: { ...(agent && { agent }), ...(model && { model }) },
  });

export const stopThread = (thread: string) => send<ThreadMessage>("POST", `${AT(thread)}/stop`);

export type ThreadChange = Partial<Wire["ThreadUpdate"]>;

export const changeThread = (thread: string, change: ThreadChange) =>
  send<Thread>("PATCH", AT(thread), { body: change });

export const deleteThread = (thread: string) => send<void>("DELETE", AT(thread));
