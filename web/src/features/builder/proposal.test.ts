import { expect, test } from "vitest";
import type { ChangeView } from "@/api/proposals";
import { marksOf, shownChanges, withNeeds, withoutOne } from "./proposal";

const change = (
  id: string,
  kind: ChangeView["kind"],
  more: Partial<ChangeView> = {},
): ChangeView => ({
  id,
  kind,
  node: "",
  name: "",
  link: "",
  before: null,
  after: null,
  had: false,
  has: false,
  needs: [],
  place: 0,
  text: "",
  standing: "open",
  ...more,
});

const CHANGES = [
  change("c1", "node_added", { node: "sum" }),
  change("c2", "link_added", { link: "a.x -> sum.y", needs: ["c1"] }),
  change("c3", "node_removed", { node: "old", needs: ["c4"] }),
  change("c4", "link_removed", { link: "a.x -> old.y" }),
  change("c5", "input_changed", { node: "a", name: "url" }),
  change("c6", "input_changed", { node: "b", name: "url", standing: "changed" }),
];

test("what is chosen brings what it needs, and goes with it", () => {
  expect([...withNeeds(CHANGES, ["c2"])].sort()).toEqual(["c1", "c2"]);
  const all = new Set(CHANGES.map(({ id }) => id));
  expect(withoutOne(CHANGES, all, "c1")).toEqual(new Set(["c3", "c4", "c5", "c6"]));
  expect(all.size).toBe(6);
});

test("what would go is still drawn, and what does not fit is not", () => {
  expect(shownChanges(CHANGES)).toEqual(["c1", "c2", "c5"]);
});

test("marks follow what is chosen", () => {
  const { nodes, links } = marksOf(CHANGES, new Set(["c1", "c3", "c4", "c5"]));
  expect(Object.fromEntries(nodes)).toEqual({ sum: "added", old: "removed", a: "changed" });
  expect(Object.fromEntries(links)).toEqual({
    "a.x -> sum.y": "refused",
    "a.x -> old.y": "removed",
  });
});
