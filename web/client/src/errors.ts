/** What a server answers when it refuses or fails; `code` says why, `details` with which values. */
export class LubanError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly messageZh: string,
    readonly details: Record<string, unknown>,
    readonly requestId: string,
  ) {
    super(message);
    this.name = "LubanError";
  }

  /** Whether asking again later makes sense. */
  get retryable(): boolean {
    return [429, 503, 507].includes(this.status);
  }
}

/** The error in an answer, whoever wrote it. */
export async function errorOf(response: Response): Promise<LubanError> {
  const body: unknown = await response.json().catch(() => undefined);
  const told = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const message = String(told.message ?? `The server answered ${response.status}.`);
  return new LubanError(
    response.status,
    String(told.code ?? `http_${response.status}`),
    message,
    String(told.message_zh ?? message),
    (told.details ?? {}) as Record<string, unknown>,
    String(told.request_id ?? ""),
  );
}
