"""Errors as programs of the dialects expect them: a sentence under `detail`, beside our shape."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from luban.api.errors import body_of, request_id_of
from luban.model.errors import LubanError

Answer = Callable[[Request], Coroutine[Any, Any, Response]]


class ForeignRoute(APIRoute):
    """A route whose refusals carry `detail`; `said` has the dialect's own status and sentence."""

    said: ClassVar[Mapping[str, tuple[int, str]]] = {}
    """By the code of our error."""

    def get_route_handler(self) -> Answer:
        answer = super().get_route_handler()

        async def translated(request: Request) -> Response:
            try:
                return await answer(request)
            except LubanError as error:
                return _told(error, request, self.said)

        return translated


def _told(error: LubanError, request: Request, said: Mapping[str, tuple[int, str]]) -> Response:
    status, detail = said.get(error.code, (error.status, error.message_zh))
    body = {**body_of(error, request_id_of(request)), "detail": detail}
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")
