import createClient, { type Client } from "openapi-fetch";
import { errorOf, LubanError } from "./errors.js";
import { type RunEvent, readEvents } from "./events.js";
import type { components, paths } from "./schema.js";

export type { components, paths };
export { LubanError, type RunEvent };
export type Run = components["schemas"]["RunView"];
export type Agent = components["schemas"]["AgentView"];

export interface Options {
  /** Where the server is, such as `http://127.0.0.1:8123`. */
  url: string;
  /** An API key, or another token the server takes. */
  token?: string;
  /** Whose things are meant, if not those of one's usual team. */
  team?: string;
  fetch?: typeof globalThis.fetch;
}

export interface Patience {
  /** Milliseconds after which `waitForRun` gives up. */
  timeout?: number;
  signal?: AbortSignal;
}

const ENDED = new Set(["completed", "failed", "cancelled"]);
const POLL = 1000;
const FAILURES = 5;

/** One server. `api` has every operation of it, typed by its own description. */
export class Luban {
  readonly api: Client<paths>;
  private readonly base: string;
  private readonly headers: Record<string, string>;
  private readonly fetch: typeof globalThis.fetch;

  constructor(options: Options) {
    this.base = options.url.replace(/\/+$/, "");
    this.fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.headers = {
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...(options.team ? { "x-luban-team": options.team } : {}),
    };
    this.api = createClient<paths>({
      baseUrl: this.base,
      headers: this.headers,
      fetch: this.fetch,
    });
    this.api.use({
      onRequest({ request }) {
        if (request.method === "POST" && !request.headers.has("idempotency-key"))
          request.headers.set("idempotency-key", crypto.randomUUID());
        return request;
      },
      async onResponse({ response }) {
        if (!response.ok) throw await errorOf(response);
        return undefined;
      },
    });
  }

  /** Starts a run; with the same `key` it is the same run. `wait` holds the answer back, in seconds. */
  async startRun(
    agentId: string,
    inputs: Record<string, unknown> = {},
    options: { version?: "draft" | "published" | number; key?: string; wait?: number } = {},
  ): Promise<Run> {
    const { data } = await this.api.POST("/api/v1/agents/{agent_id}/runs", {
      params: { path: { agent_id: agentId }, query: { wait: options.wait ?? 0 } },
      body: { inputs, version: options.version ?? "draft" },
      headers: options.key ? { "idempotency-key": options.key } : {},
    });
    return data as Run;
  }

  async getRun(runId: string): Promise<Run> {
    const { data } = await this.api.GET("/api/v1/runs/{run_id}", {
      params: { path: { run_id: runId } },
    });
    return data as Run;
  }

  /** What happens in a run until it ends; a broken stream is taken up where it broke off. */
  async *events(runId: string, after = 0, signal?: AbortSignal): AsyncGenerator<RunEvent> {
    let failures = 0;
    while (failures < FAILURES) {
      try {
        const response = await this.fetch(`${this.base}/api/v1/runs/${runId}/events`, {
          headers: { ...this.headers, accept: "text/event-stream", "last-event-id": String(after) },
          ...(signal ? { signal } : {}),
        });
        if (!response.ok || !response.body) throw await errorOf(response);
        for await (const event of readEvents(response.body)) {
          failures = 0;
          after = event.id ?? after;
          yield event;
          if (event.kind === "run_ended") return;
        }
      } catch (error) {
        if (error instanceof LubanError || signal?.aborted) throw error;
      }
      failures += 1;
      await pause(200 * 2 ** failures, signal);
    }
  }

  /** The run once it is over: by its events, or by asking where streams do not get through. */
  async waitForRun(runId: string, patience: Patience = {}): Promise<Run> {
    const signals = [
      ...(patience.signal ? [patience.signal] : []),
      ...(patience.timeout ? [AbortSignal.timeout(patience.timeout)] : []),
    ];
    const signal = AbortSignal.any(signals);
    for await (const event of this.events(runId, 0, signal)) if (event.kind === "run_ended") break;
    for (;;) {
      const run = await this.getRun(runId);
      if (ENDED.has(run.status)) return run;
      await pause(POLL, signal);
    }
  }
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
