"""`/runs/{id}/events`: a run as it happens, as server-sent events that can be taken up again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from luban.api.caller import caller_of, house_of, require
from luban.model.errors import InvalidValue
from luban.services.run_events import RunEvent

PATH = "/runs/{run_id}/events"
PERMISSION = "run.read"

_RETRY = b"retry: 1000\n\n"
_HEARTBEAT = b": still here\n\n"
_BIGGEST = 2**62

DOCUMENTED: dict[str, Any] = {
    "get": {
        "tags": ["runs"],
        "summary": "Follow Run",
        "operationId": "follow_run",
        "x-permission": PERMISSION,
        "description": (
            "Server-sent events: `id` is the place in the journal, `event` the kind. Events "
            "without an id are told once and not kept. The stream ends after `run_ended`."
        ),
        "parameters": [
            {"name": "run_id", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "after", "in": "query", "schema": {"type": "integer", "default": 0}},
            {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}},
        ],
        "responses": {
            "200": {
                "description": "The stream",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    }
}


async def follow_run(request: Request) -> Response:
    caller = caller_of(request)
    require(caller, PERMISSION)
    after = _after(request)
    house = house_of(request)
    events = await house.run_events.open(caller.team, request.path_params["run_id"], after)
    closing: asyncio.Event = request.app.state.closing
    return StreamingResponse(
        _until(_written(events), closing),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def _written(events: AsyncGenerator[RunEvent]) -> AsyncGenerator[bytes]:
    yield _RETRY
    async with aclosing(events):
        async for event in events:
            yield as_text(event)


def as_text(event: RunEvent) -> bytes:
    """One event as the protocol writes it; JSON has no line breaks of its own."""
    if not event.kind:
        return _HEARTBEAT
    place = b"id: %d\n" % event.id if event.id is not None else b""
    return b"%bevent: %b\ndata: %b\n\n" % (place, event.kind.encode(), orjson.dumps(event.values))


async def _until(pieces: AsyncGenerator[bytes], closing: asyncio.Event) -> AsyncIterator[bytes]:
    """The pieces until the server closes: readers come back to the next one by themselves."""
    closed = asyncio.ensure_future(closing.wait())
    following: asyncio.Future[bytes] | None = None
    try:
        while not closing.is_set():
            following = asyncio.ensure_future(anext(pieces))
            await asyncio.wait({following, closed}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                return
            try:
                yield following.result()
            except StopAsyncIteration:
                return
    finally:
        closed.cancel()
        if following is not None and not following.done():
            following.cancel()
            await asyncio.wait({following})
        await pieces.aclose()


def _after(request: Request) -> int:
    """What the client has, by header (a browser coming back) or by address."""
    header = request.headers.get("last-event-id")
    text = header or request.query_params.get("after") or "0"
    if not (text.isascii() and text.isdigit() and int(text) < _BIGGEST):
        raise InvalidValue(
            name="Last-Event-ID" if header else "after",
            value=text,
            expected="it must be the id of an event, a whole number",
            expected_zh="必须是事件编号（整数）",
        )
    return int(text)
