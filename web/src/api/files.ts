// Stored files.
import { answer, api } from "./client";
import type { FileReference, FileView } from "./types";

export async function uploadFile(file: File): Promise<FileReference> {
  const stored = await answer<FileView>(
    api.POST("/api/v1/files", {
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
