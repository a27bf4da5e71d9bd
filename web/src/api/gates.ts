// Requests that were refused until a person signs in, or shows once more who they are: they wait here, then go again.
import type { ApiError } from "./errors";

export type Gate = "signIn" | "confirm";
type Ask = () => Promise<boolean>;

const asks = new Map<Gate, Ask>();
const pending = new Map<Gate, Promise<boolean>>();

/** Who asks the person; answers whether they did. */
export function setGate(gate: Gate, ask: Ask): void {
  asks.set(gate, ask);
}

export function gateOf(error: ApiError, url: string): Gate | null {
  if (error.code === "confirm_first") return "confirm";
  // A wrong password is answered where it was typed.
  if (error.status === 401 && !url.includes("/api/v1/auth/")) return "signIn";
  return null;
}

/** Whether the way is free now; many who wait at one gate are one question. */
export async function passed(error: ApiError, url: string): Promise<boolean> {
  const gate = gateOf(error, url);
  const ask = gate && asks.get(gate);
  if (!gate || !ask) return false;
  const waiting = pending.get(gate) ?? ask().finally(() => pending.delete(gate));
  pending.set(gate, waiting);
  return waiting;
}
