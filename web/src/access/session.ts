// Who is signed in here, what they may do, and news of that between the windows of one browser.
import { useQuery } from "@tanstack/react-query";
import { type Me, meQuery } from "@/api/people";

export function useMe(): Me | undefined {
  return useQuery(meQuery()).data;
}

/** Whether the one who is signed in may do something; the server decides in any case. */
export function useMay(): (permission: string) => boolean {
  const me = useMe();
  return (permission) => !me || me.local || me.permissions.includes(permission);
}

const CHANNEL = "luban-signed-in";

/** Tells other windows that wait for it. */
export function announceSignIn(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("");
  channel.close();
}

export function hearSignIn(listen: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = listen;
  return () => channel.close();
}
