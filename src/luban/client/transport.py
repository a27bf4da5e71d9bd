"""One request and its answer: sent again when the connection broke, which is safe by its key."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx2
import orjson
from pydantic import BaseModel

from luban.client.deadlines import Deadline
from luban.client.errors import Unreachable, error_of

V = TypeVar("V", bound=BaseModel)

PREFIX = "/api/v1"
_TRIES = 3
_LONGEST_WAIT = 30
"""Seconds for which a request that came too often waits by itself."""
_FIRST_WAIT = 0.2


class Transport:
    """Speaks to one server."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self.url = url
        self._http = http

    async def ask(
        self,
        view: type[V],
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        files: Any = None,
    ) -> V:
        """The answer as a view. Raises `ApiError` and `Unreachable`."""
        response = await self.send(
            method, path, params=params, json=json, headers=headers, files=files
        )
        return view.model_validate_json(response.content)

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        files: Any = None,
    ) -> httpx2.Response:
        """The raw answer to a request that succeeded. Raises `ApiError` and `Unreachable`."""
        sent = dict(headers or {})
        if method == "POST":
            sent.setdefault("idempotency-key", secrets.token_hex(16))
        content = None
        if json is not None:
            content, sent["content-type"] = orjson.dumps(json), "application/json"
        tries = 1 if files is not None else _TRIES  # a stream cannot be read twice
        for attempt in range(1, tries + 1):
            try:
                response = await self._http.request(
                    method,
                    PREFIX + path,
                    params=_given(params),
                    content=content,
                    headers=sent,
                    files=files,
                )
            except httpx2.TransportError as error:
                if attempt == tries or method == "PATCH":
                    raise self.unreachable(error) from error
                await Deadline().pause(_FIRST_WAIT * 2**attempt)
                continue
            if response.is_success:
                return response
            body = _body(response.content)
            if attempt < tries and (wait := _patience(response, body)):
                await Deadline().pause(wait)
                continue
            raise error_of(response.status_code, body)
        raise AssertionError  # the last attempt returned or raised

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[httpx2.Response]:
        """An answer read as it comes. Raises `ApiError`; a break raises httpx2's own error."""
        limits = httpx2.Timeout(30.0, read=timeout)
        async with self._http.stream(
            "GET", PREFIX + path, headers=dict(headers or {}), timeout=limits
        ) as response:
            if not response.is_success:
                raise error_of(response.status_code, _body(await response.aread()))
            yield response

    def unreachable(self, error: Exception) -> Unreachable:
        return Unreachable(url=self.url, cause=str(error) or type(error).__name__)


def _patience(response: httpx2.Response, body: Any) -> float:
    """Seconds to wait before asking again, where that was only too often; else 0."""
    told = response.headers.get("retry-after", "")
    too_often = isinstance(body, dict) and body.get("code") == "rate_limited"
    if not too_often or not told.isdigit():
        return 0.0
    return float(told) if int(told) <= _LONGEST_WAIT else 0.0


def _given(params: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (params or {}).items() if value is not None}


def _body(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
