"""A clock that is set by hand, and an HTTP that answers from a table."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import orjson

from luban.sdk.errors import TemporaryError
from luban.sdk.http import HttpResponse, HttpStream

NOW = 1_800_000_000.0


class HandClock:
    def __init__(self, now: float = NOW) -> None:
        self.at = now

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at


class TableHttp:
    """Answers each address with its value, which may be a function of the request."""

    def __init__(self, table: dict[str, Any] | None = None) -> None:
        self.table = table or {}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    async def request(self, method: str, url: str, **how: Any) -> HttpResponse:
        self.asked.append((method, url, how))
        if url not in self.table:
            raise TemporaryError("no connection")
        answer = self.table[url]
        if isinstance(answer, Callable):
            answer = answer(how)
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        return HttpResponse(status, url, {"content-type": "application/json"}, content)

    def stream(self, method: str, url: str, **how: Any) -> AbstractAsyncContextManager[HttpStream]:
        raise NotImplementedError("nothing is asked here that does not fit into memory")
