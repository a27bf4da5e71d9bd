// Language models that people add: by address, tried before they are kept.
import { queryOptions } from "@tanstack/react-query";
import { part, send } from "./client";
import type { components } from "./schema";
import type { ModelView } from "./types";

type Wire = components["schemas"];

export type ModelTest = Required<Wire["ModelTestView"]>;
export type ModelDraft = Partial<Wire["NewModel"]> & { id: string };

const at = (id: string) => `/models/${id.split("/").map(part).join("/")}`;

/** Also those that Luban knows and that lack a key. */
export const allModelsQuery = () =>
  queryOptions({
    queryKey: ["models", "all"],
    queryFn: ({ signal }) =>
      send<{ items: ModelView[] }>("GET", "/models", { query: { unusable: true }, signal }),
    select: (page) => page.items,
  });

export const addModel = (draft: ModelDraft) => send<ModelView>("POST", "/models", { body: draft });

export const changeModel = ({ id, ...definition }: ModelDraft) =>
  send<ModelView>("PUT", at(id), { body: definition });

export const testModel = (draft: ModelDraft) =>
  send<ModelTest>("POST", "/models/test", { body: draft });

export const removeModel = (id: string) => send<void>("DELETE", at(id));
