"""What the wires have in common: frames of a stream, and where a script spoils them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple

from starlette.responses import JSONResponse, Response, StreamingResponse

from luban.llm.scripted.script import Reply


class Cut(Exception):
    """The connection is to be dropped here."""


class Frame(NamedTuple):
    """One event of a stream; `counts` if it is a piece of what is said."""

    data: bytes
    counts: bool = False


def event(data: Any, name: str = "") -> bytes:
    """A server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def piece(data: Any, name: str = "") -> Frame:
    """The frame of a piece of what is said."""
    return Frame(event(data, name), counts=True)


def streamed(reply: Reply, frames: Iterable[Frame]) -> Response:
    """The frames as a stream, spoiled where the script says."""
    return StreamingResponse(_spoiled(reply, frames), media_type="text/event-stream")


def whole(reply: Reply, body: Any) -> Response:
    """The body in one, spoiled if the script says."""
    spoils = (reply.malformed_after, reply.cut_after, reply.stall_after)
    if spoils == (None, None, None):
        return JSONResponse(body)
    return StreamingResponse(_spoiled_body(reply, body), media_type="application/json")


def failure(reply: Reply, body: Any) -> Response:
    """An error, with how long to wait if the script says."""
    headers = {} if reply.retry_after is None else {"retry-after": f"{reply.retry_after:g}"}
    return JSONResponse(body, reply.status, headers)


async def _spoiled(reply: Reply, frames: Iterable[Frame]) -> AsyncIterator[bytes]:
    number = 0
    for frame in frames:
        if frame.counts:
            if number == reply.malformed_after:
                yield b'data: {"choices": [{"delta": {"con\n\n'
            if number == reply.cut_after:
                raise Cut
            if number == reply.stall_after:
                await asyncio.Event().wait()
            if number and reply.gap:
                await asyncio.sleep(reply.gap)
            number += 1
        yield frame.data
    if reply.cut_after is not None and reply.cut_after >= number:
        raise Cut


async def _spoiled_body(reply: Reply, body: Any) -> AsyncIterator[bytes]:
    if reply.stall_after is not None:
        await asyncio.Event().wait()
    text = json.dumps(body).encode()
    yield text[: len(text) // 2]
    if reply.cut_after is not None:
        raise Cut
