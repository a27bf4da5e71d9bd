// The blocks used lately, kept for the next visit.
import { useCallback, useState } from "react";
import { remember } from "@/editor";

const KEY = "luban-recent-blocks";

function kept(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

export function useRecent(): [string[], (block: string) => void] {
  const [recent, setRecent] = useState<string[]>(kept);
  const use = useCallback((block: string) => {
    setRecent((before) => {
      const next = remember(before, block);
      localStorage.setItem(KEY, JSON.stringify(next));
      return next;
    });
  }, []);
  return [recent, use];
}
