// One request: address, language, error shape. Paths, queries and bodies are typed by the server's description.
import createClient, { type Middleware } from "openapi-fetch";
import { BASE } from "./address";
import { errorFrom, unreachable } from "./errors";
import { passed } from "./gates";
import type { paths } from "./schema";

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// What was sent, to send it again once somebody signed in; uploads are too large to keep.
const copies = new WeakMap<Request, Request>();

const refusal = async (response: Response) => errorFrom(response.status, await bodyOf(response));

/** Browsers give `randomUUID` only to pages that came over https or from this machine. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const manners: Middleware = {
  onRequest({ request }) {
    request.headers.set("accept-language", document.documentElement.lang || "en");
    if (request.method === "POST") request.headers.set("idempotency-key", randomKey());
    const upload = request.headers.get("content-type")?.startsWith("multipart/");
    if (!upload) copies.set(request, request.clone());
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok) return undefined;
    const error = await refusal(response);
    const copy = copies.get(request);
    if (!copy || !(await passed(error, request.url))) throw error;
    const second = await globalThis.fetch(copy);
    if (second.ok) return second;
    throw await refusal(second);
  },
  onError({ error }) {
    // Giving up a question is not a failure of the server.
    const left = error instanceof DOMException && error.name === "AbortError";
    return left ? error : unreachable(error);
  },
};

export const api = createClient<paths>({
  baseUrl: BASE,
  // The reader of a page may hear of a new language; the fetch of today is looked up at every call.
  fetch: (request) => globalThis.fetch(request),
});
api.use(manners);

/** The answer as the app's own, narrower type. */
export async function answer<T>(asked: Promise<{ data?: unknown }>): Promise<T> {
  return (await asked).data as T;
}

/** One path segment. */
export const part = encodeURIComponent;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

interface Asked {
  query?: object | undefined;
  body?: object | undefined;
  signal?: AbortSignal | undefined;
}

type Loose = Record<Method, (path: string, init: object) => Promise<{ data?: unknown }>>;

/** A request below `/api/v1` whose answer's shape the caller names. */
export const send = <T>(method: Method, path: string, asked: Asked = {}) => {
  const { query = {}, body, signal } = asked;
  const init = { params: { query }, ...(body && { body }), ...(signal && { signal }) };
  return answer<T>((api as unknown as Loose)[method](`/api/v1${path}`, init));
};
