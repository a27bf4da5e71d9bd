/** One event of a run; `id` is its place in the journal, `null` for what is told once and not kept. */
export interface RunEvent {
  id: number | null;
  kind: string;
  values: Record<string, unknown>;
}

/** Server-sent events as they come in. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<RunEvent> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      let end = text.indexOf("\n\n");
      while (end >= 0) {
        const event = parsed(text.slice(0, end));
        if (event) yield event;
        text = text.slice(end + 2);
        end = text.indexOf("\n\n");
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parsed(block: string): RunEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  const kind = fields.get("event");
  if (!kind) return undefined;
  const id = fields.get("id");
  return { id: id ? Number(id) : null, kind, values: JSON.parse(fields.get("data") ?? "{}") };
}
