// One request: address, language, error shape. Paths, queries and bodies are typed by the server's description.
import createClient, { type Middleware } from "openapi-fetch";
import { BASE } from "./address";
import { errorFrom, unreachable } from "./errors";
import type { paths } from "./schema";

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const manners: Middleware = {
  onRequest({ request }) {
    request.headers.set("accept-language", document.documentElement.lang || "en");
    if (request.method === "POST") request.headers.set("idempotency-key", crypto.randomUUID());
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw errorFrom(response.status, await bodyOf(response));
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
