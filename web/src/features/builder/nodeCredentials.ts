// Which credentials a block asks for, and which the node names: one for all, or one for each provider.
import type { CredentialNeed, GraphNode } from "@/editor";

type Named = string | Record<string, string> | undefined;

const namedBy = (node: GraphNode) => node.credential as Named;

/** What the node names for a provider, by id or by name. */
export function namedFor(node: GraphNode, provider: string): string {
  const named = namedBy(node);
  return (typeof named === "string" ? named : named?.[provider]) ?? "";
}

/** What the node names once another credential is chosen for a provider. */
export function naming(
  node: GraphNode,
  needs: readonly CredentialNeed[],
  provider: string,
  chosen: string,
): Named {
  if (needs.length < 2) return chosen || undefined;
  const now = namedBy(node);
  const all =
    typeof now === "string"
      ? Object.fromEntries(needs.map((need) => [need.provider, now]))
      : { ...now };
  if (chosen) all[provider] = chosen;
  else delete all[provider];
  return Object.keys(all).length ? all : undefined;
}
