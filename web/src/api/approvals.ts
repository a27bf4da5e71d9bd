// Questions that runs ask people.
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Approval, Json, Page } from "./types";

const REFRESH_MS = 5000;

export interface Said {
  choice: string;
  comment: string;
  values: Record<string, Json>;
}

export const approvalsQuery = (page = 1) =>
  queryOptions({
    queryKey: ["approvals", page],
    queryFn: ({ signal }) =>
      answer<Page<Approval>>(
        api.GET("/api/v1/approvals", { params: { query: { page, page_size: 25 } }, signal }),
      ),
    refetchInterval: REFRESH_MS,
  });

export const answerApproval = (id: string, said: Said) =>
  answer<Approval>(
    api.POST("/api/v1/approvals/{question_id}", {
      params: { path: { question_id: id } },
      body: said,
    }),
  );
