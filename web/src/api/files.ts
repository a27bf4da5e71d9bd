// Stored files: what lies in the workspace, its versions, how much room is left.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { BASE } from "./address";
import { answer, api, part, send } from "./client";
import type { components } from "./schema";
import type { FileReference, FileView, Page } from "./types";

type Wire = components["schemas"];

export type StoredFile = Wire["FileView"];
export type Usage = Wire["UsageView"];
type FileLink = Wire["FileLinkView"];

/** What of all files a list shows. */
export type Place = "all" | "user" | "loose";

export interface FilesAsked {
  search?: string | undefined;
  sort?: "newest" | "name" | "size" | undefined;
  place?: Place | undefined;
  page?: number | undefined;
}

const AT = (id: string) => `/files/${part(id)}`;

export async function uploadFile(file: File, path?: string): Promise<FileReference> {
  const stored = await answer<FileView>(
    api.POST("/api/v1/files", {
      params: { query: path ? { path } : {} },
      body: { file: file.name },
      bodySerializer: () => {
        const form = new FormData();
        form.append("file", file, file.name);
        return form;
      },
    }),
  );
  return stored.ref;
}

export const filesQuery = ({ search, sort, place, page }: FilesAsked) =>
  queryOptions({
    queryKey: ["files", search ?? "", sort ?? "", place ?? "", page ?? 1],
    queryFn: ({ signal }) =>
      send<Page<StoredFile>>("GET", "/files", {
        query: {
          ...(search && { search }),
          ...(sort && { sort }),
          ...(place === "user" && { workspace: "user" }),
          ...(place === "loose" && { loose: true }),
          page: page ?? 1,
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const usageQuery = () =>
  queryOptions({
    queryKey: ["files", "usage"],
    queryFn: ({ signal }) => send<Usage>("GET", "/files/usage", { signal }),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["files", "versions", id],
    queryFn: ({ signal }) => send<{ items: StoredFile[] }>("GET", `${AT(id)}/versions`, { signal }),
    select: (all) => all.items,
  });

export const restoreFile = (id: string) => send<StoredFile>("POST", `${AT(id)}/restore`);

export const moveFile = (id: string, path: string) =>
  send<StoredFile>("PATCH", AT(id), { body: { path } });

export const linkFile = (id: string) => send<FileLink>("POST", `${AT(id)}/link`, { body: {} });

export const deleteFile = (id: string) => send<void>("DELETE", AT(id));

/** Where the browser itself reads it. */
export const contentOf = (id: string, download = false) =>
  `${BASE}/api/v1${AT(id)}/content${download ? "?download=true" : ""}`;
