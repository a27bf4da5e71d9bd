// The second step after a provider said who it is: it stands after the `#`, which goes to no server.
import type { SecondKind, SignedIn } from "@/api/people";

const KINDS: readonly SecondKind[] = ["totp", "passkey", "recovery"];

export function secondIn(hash: string): SignedIn["second"] {
  const told = new URLSearchParams(hash.replace(/^#/, ""));
  const token = told.get("second");
  const named = told.get("kinds")?.split(",") ?? [];
  const kinds = KINDS.filter((kind) => named.includes(kind));
  return token && kinds.length ? { token, kinds } : null;
}
