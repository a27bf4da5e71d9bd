import { expect, test } from "vitest";
import type { ModelView } from "@/api/types";
import { modelsThatCan } from "./models";

const model = (id: string, capabilities: string[] = [], demo = false) =>
  ({ id, capabilities, demo }) as ModelView;

const MODELS = [
  model("a/chat", ["tools", "stream"]),
  model("a/vectors", ["embeddings"]),
  model("a/unknown"),
  model("demo/luban", [], true),
];

const ids = (wanted?: string) => modelsThatCan(MODELS, wanted).map((each) => each.id);

test("a field for conversations offers what can be talked to", () => {
  expect(ids()).toEqual(["a/chat", "a/unknown", "demo/luban"]);
});

test("a field for vectors offers what makes them, and what nobody described", () => {
  expect(ids("embeddings")).toEqual(["a/vectors", "a/unknown"]);
  expect(ids("image_making")).toEqual(["a/unknown"]);
});
