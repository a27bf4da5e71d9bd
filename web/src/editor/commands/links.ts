/** Commands about links: join, move an end, splice a node in. */

import { printEndpoint, printLink } from "../endpoint";
import { addLink, relinked } from "../graph";
import type { CommandKind } from "./command";
import { insert, settle } from "./nodes";

export const link: CommandKind<"link"> = {
  apply(draft, { from, to, sticky }, situation) {
    settle(draft, situation);
    const long = { from: printEndpoint(from), to: printEndpoint(to), sticky };
    addLink(
      draft,
      sticky === undefined ? printLink(from, to) : (long as typeof long & { sticky: boolean }),
    );
  },
  label: ({ from, to }) => ({
    key: "canvas.did.link",
    params: { from: printEndpoint(from), to: printEndpoint(to) },
  }),
};

export const relink: CommandKind<"relink"> = {
  apply(draft, { id, from, to }, { before }) {
    const old = before.links[id];
    const [source, target] = [from ?? old?.from, to ?? old?.to];
    if (old && source && target) draft.links[id] = relinked(old, source, target);
  },
  label: () => ({ key: "canvas.did.relink", params: {} }),
};

export const setLink: CommandKind<"setLink"> = {
  apply(draft, { id, sticky }, { before }) {
    const old = before.links[id];
    if (!old?.from || !old.to) return;
    const long =
      typeof old.tree === "string"
        ? { from: printEndpoint(old.from), to: printEndpoint(old.to) }
        : { ...old.tree };
    const { sticky: _, ...rest } = { sticky, ...long };
    const tree = sticky === undefined ? rest : { ...rest, sticky };
    draft.links[id] = { ...old, tree };
  },
  label: () => ({ key: "canvas.did.setLink", params: {} }),
};

export const splice: CommandKind<"splice"> = {
  apply(draft, { link: id, node, input, output }, situation) {
    const old = situation.before.links[id];
    if (!old?.from || !old.to || node.id in draft.nodes) return;
    settle(draft, situation);
    insert(draft, node);
    draft.links[id] = relinked(old, old.from, { node: node.id, pin: input, path: "" });
    addLink(draft, printLink({ node: node.id, pin: output, path: "" }, old.to));
  },
  label: () => ({ key: "canvas.did.splice", params: {} }),
};
