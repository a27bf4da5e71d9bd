// Connecting an account: the provider asks in a window of its own; here we wait for what comes of it.
import { useRef, useState } from "react";
import { oauthOutcome, startOAuth } from "@/api/credentials";
import { errorFrom } from "@/api/errors";

const EVERY_MS = 1000;
/** For so long the server waits for an answer too. */
const LONGEST_MS = 600_000;
const WAITING = "luban-connecting";
/** The other window may be slower to come back than we are to hear of it. */
const GRACE_MS = 15_000;

type Asked = Parameters<typeof startOAuth>[0];

const pause = () => new Promise((resolve) => setTimeout(resolve, EVERY_MS));

/**
 * Whether another window waits for what this one came back with. That window cannot be asked: the policy of
 * our pages parts it from the ones it opened.
 */
export function isAwaited(): boolean {
  const since = Number(localStorage.getItem(WAITING) ?? 0);
  return Date.now() - since < LONGEST_MS;
}

export function useConnect(onDone: (credential: string) => void) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const attempt = useRef(0);

  const wait = async (state: string, mine: number): Promise<string | null> => {
    const end = Date.now() + LONGEST_MS;
    while (Date.now() < end) {
      await pause();
      // Given up, or begun anew: then nobody asks any more.
      if (attempt.current !== mine) return null;
      const { credential_id, error } = await oauthOutcome(state);
      if (error) throw errorFrom(400, error);
      if (credential_id) return credential_id;
    }
    return null;
  };
  const connect = async (asked: Asked) => {
    attempt.current += 1;
    const mine = attempt.current;
    setBusy(true);
    setError(null);
    // Only a window that is opened by the click itself is let through.
    const opened = window.open("about:blank", "_blank", "popup,width=640,height=780");
    try {
      const { url, state } = await startOAuth(asked);
      localStorage.setItem(WAITING, String(Date.now()));
      if (opened) opened.location.href = url;
      else location.assign(url);
      const made = await wait(state, mine);
      if (made) onDone(made);
    } catch (caught) {
      opened?.close();
      if (attempt.current === mine) setError(caught);
    } finally {
      if (attempt.current === mine) {
        localStorage.setItem(WAITING, String(Date.now() - LONGEST_MS + GRACE_MS));
        setBusy(false);
      }
    }
  };
  const giveUp = () => {
    attempt.current += 1;
    localStorage.removeItem(WAITING);
  };
  return { busy, error, connect, giveUp };
}
