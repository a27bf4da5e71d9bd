// The one error every request may end with.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly messageZh: string | undefined,
    readonly details: Record<string, unknown>,
    readonly requestId: string | undefined,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** True when no server answered at all. */
  get offline(): boolean {
    return this.code === OFFLINE;
  }
}

export const OFFLINE = "unreachable";

interface WireError {
  code?: unknown;
  message?: unknown;
  message_zh?: unknown;
  details?: unknown;
  request_id?: unknown;
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

export function errorFrom(status: number, body: unknown): ApiError {
  const wire: WireError = typeof body === "object" && body !== null ? body : {};
  const details =
    typeof wire.details === "object" && wire.details !== null
      ? (wire.details as Record<string, unknown>)
      : {};
  return new ApiError(
    status,
    text(wire.code) ?? `http_${status}`,
    text(wire.message) ?? `HTTP ${status}`,
    text(wire.message_zh),
    details,
    text(wire.request_id),
  );
}

export function unreachable(cause: unknown): ApiError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new ApiError(0, OFFLINE, message, undefined, {}, undefined);
}
