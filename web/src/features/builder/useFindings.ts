// What is wrong with the document: at once what can be seen here, a moment later what the server says.
import { useEffect, useMemo, useState } from "react";
import { checkDocument } from "@/api/agents";
import type { AgentDocument } from "@/api/types";
import { type Finding, mergeFindings, quickFindings } from "@/editor";
import { useEditor, useSession } from "./session";

const QUIET_MS = 600;

export function useFindings(): Finding[] {
  const { editor } = useSession();
  const doc = useEditor((state) => state.doc);
  const [told, setTold] = useState<Finding[]>([]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new document makes a new check
  useEffect(() => {
    const stop = new AbortController();
    const document = editor.tree() as AgentDocument;
    const timer = setTimeout(async () => {
      try {
        const { findings } = await checkDocument(document, stop.signal);
        setTold(findings as unknown as Finding[]);
      } catch {
        // Not reached or given up: what can be seen here still stands.
      }
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [doc, editor]);

  return useMemo(
    () => mergeFindings(doc, quickFindings(doc, editor.blocks()), told),
    [doc, editor, told],
  );
}
