// Which changes of a proposal go together, and how each is marked on the canvas.
import type { ChangeView } from "@/api/proposals";
import type { Marks } from "@/canvas";

/** The changes chosen, and all they need. */
export function withNeeds(changes: ChangeView[], chosen: Iterable<string>): Set<string> {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const found = new Set<string>();
  const waiting = [...chosen];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const change = byId.get(id);
    if (!change || found.has(id)) continue;
    found.add(id);
    waiting.push(...change.needs);
  }
  return found;
}

/** The changes chosen without one, and without all that need it. */
export function withoutOne(changes: ChangeView[], chosen: Set<string>, gone: string): Set<string> {
  const left = new Set(chosen);
  const waiting = [gone];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const dropped = id;
    left.delete(dropped);
    waiting.push(
      ...changes
        .filter((each) => left.has(each.id) && each.needs.includes(dropped))
        .map((each) => each.id),
    );
  }
  return left;
}

export const isOpen = (change: ChangeView): boolean => change.standing === "open";
export const isConflict = (change: ChangeView): boolean =>
  change.standing !== "open" && change.standing !== "done";

const takesAway = ({ kind }: ChangeView) => kind === "node_removed" || kind === "link_removed";

/** What is drawn: everything there is and everything that would come; what would go stays visible. */
export const shownChanges = (changes: ChangeView[]): string[] =>
  changes.filter((change) => isOpen(change) && !takesAway(change)).map((change) => change.id);

/** How nodes and links are marked; what was refused is drawn faintly if it would come. */
export function marksOf(changes: ChangeView[], chosen: ReadonlySet<string>): Marks {
  const marks: Marks = { nodes: new Map(), links: new Map() };
  for (const change of changes.filter(isOpen)) {
    const taken = chosen.has(change.id);
    const at = change.link ? marks.links : marks.nodes;
    const place = change.link || change.node;
    if (!place) continue;
    if (takesAway(change)) {
      if (taken) at.set(place, "removed");
    } else if (change.kind === "node_added" || change.kind === "link_added") {
      at.set(place, taken ? "added" : "refused");
    } else if (taken) at.set(place, "changed");
  }
  return marks;
}
