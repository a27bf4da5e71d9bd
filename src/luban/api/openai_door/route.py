"""A route of the door: its refusals are written as OpenAI writes them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import StreamingResponse

from luban.api.errors import bad_request, told_of
from luban.api.openai_errors import NEVER_AGAIN, error_of, status_of
from luban.model.errors import LubanError

Answer = Callable[[Request], Coroutine[Any, Any, Response]]
Tree = dict[str, Any]


class OpenAIRoute(APIRoute):
    """Refuses in the words of the dialect."""

    def get_route_handler(self) -> Answer:
        answer = super().get_route_handler()

        async def translated(request: Request) -> Response:
            try:
                return await answer(request)
            except LubanError as error:
                return refusal(error)
            except RequestValidationError as error:
                return refusal(bad_request(error))

        return translated


def refusal(error: LubanError) -> Response:
    return Response(
        orjson.dumps(error_of(error)),
        status_code=status_of(error),
        headers={**told_of(error), **({} if error.retryable else NEVER_AGAIN)},
        media_type="application/json",
    )


def streamed(events: AsyncGenerator[bytes]) -> Response:
    """Server-sent events."""
    return StreamingResponse(
        events, media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


def data(value: Tree, event: str = "") -> bytes:
    """One event of a stream."""
    head = b"event: %b\n" % event.encode() if event else b""
    return b"%bdata: %b\n\n" % (head, orjson.dumps(value))
