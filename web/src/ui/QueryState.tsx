// Loading, failed, or the content: the same three for every question asked of the server.
import type { ReactNode } from "react";
import { useSentence } from "./sentence";
import { Failure, Loading } from "./states";

interface Query<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

interface QueryStateProps<T> {
  query: Query<T>;
  rows?: number;
  /** Shown instead of grey bars while the answer is on its way. */
  waiting?: ReactNode;
  children: (data: T) => ReactNode;
}

export function QueryState<T>({ query, rows, waiting, children }: QueryStateProps<T>) {
  const { sentence, reference } = useSentence(query.error);
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return waiting ?? <Loading rows={rows ?? 3} />;
  return <Failure message={sentence} reference={reference} onRetry={() => query.refetch()} />;
}
