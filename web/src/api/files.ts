// Stored files.
import { request } from "./client";
import type { FileReference, FileView } from "./types";

export async function uploadFile(file: File): Promise<FileReference> {
  const form = new FormData();
  form.append("file", file, file.name);
  const stored = await request<FileView>("POST", "/files", { body: form });
  return stored.ref;
}
