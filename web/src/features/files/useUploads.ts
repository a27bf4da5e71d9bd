// Files on their way to the workspace, one after the other, and why some did not arrive.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { uploadFile } from "@/api/files";

interface Refused {
  name: string;
  error: unknown;
}

export interface Uploads {
  /** The file on its way now. */
  current: string | null;
  refused: Refused[];
  send: (files: Iterable<File>) => Promise<void>;
  forget: () => void;
}

export function useUploads(): Uploads {
  const client = useQueryClient();
  const [current, setCurrent] = useState<string | null>(null);
  const [refused, setRefused] = useState<Refused[]>([]);
  const send = useCallback(
    async (files: Iterable<File>) => {
      setRefused([]);
      for (const file of files) {
        setCurrent(file.name);
        try {
          await uploadFile(file, file.name);
        } catch (error) {
          setRefused((before) => [...before, { name: file.name, error }]);
        }
      }
      setCurrent(null);
      await client.invalidateQueries({ queryKey: ["files"] });
    },
    [client],
  );
  return { current, refused, send, forget: () => setRefused([]) };
}
