// One request: address, language, body, error shape.
import { API } from "./address";
import { errorFrom, unreachable } from "./errors";

type Query = Record<string, string | number | boolean | null | undefined>;

interface Options {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
}

function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return `${API}${path}${search ? `?${search}` : ""}`;
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!text) return undefined;
  const json = response.headers.get("content-type")?.includes("json");
  return json ? JSON.parse(text) : text;
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const { query, body, signal, keepalive = false } = options;
  const form = body instanceof FormData;
  const headers: Record<string, string> = {
    accept: "application/json",
    "accept-language": document.documentElement.lang || "en",
    ...(body !== undefined && !form ? { "content-type": "application/json" } : {}),
    ...(method === "POST" ? { "idempotency-key": crypto.randomUUID() } : {}),
    ...options.headers,
  };
  let response: Response;
  try {
    response = await fetch(address(path, query), {
      method,
      headers,
      keepalive,
      signal: signal ?? null,
      body: body === undefined ? null : form ? body : JSON.stringify(body),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw unreachable(cause);
  }
  const answer = await bodyOf(response);
  if (!response.ok) throw errorFrom(response.status, answer);
  return answer as T;
}

/** One path segment. */
export const part = encodeURIComponent;
