"""The HTTP handed to a step: each address is asked only as often as it may be."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from luban.ports.limits import LimitKey, Passing, ProviderLimits, Requester
from luban.sdk.http import Http, HttpResponse, HttpStream

_ORIGIN = re.compile(r"\s*(https?)://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?", re.I)
_PORTS = {"http": "80", "https": "443"}
TOO_MANY, UNAVAILABLE = 429, 503


class LimitedHttp:
    """`Http` for one requester. Waiting for a turn is not part of a request's time limit.

    An answer that says "not now" is given to the block as any other; those who ask next wait.
    """

    __slots__ = ("_http", "_limits", "_now", "_requester")

    def __init__(
        self,
        http: Http,
        limits: ProviderLimits,
        requester: Requester,
        now: Callable[[], float] = time,
    ) -> None:
        self._http = http
        self._limits = limits
        self._requester = requester
        self._now = now

    async def request(self, method: str, url: str, **options: Any) -> HttpResponse:
        """As `luban.sdk.http.Http.request` says."""
        async with self.stream(method, url, **options) as answer:
            return await answer.read()

    @asynccontextmanager
    async def stream(self, method: str, url: str, **options: Any) -> AsyncIterator[HttpStream]:
        """As `luban.sdk.http.Http.stream` says."""
        async with (
            self._limits.pass_(origin(url), self._requester) as passing,
            self._http.stream(method, url, **options) as answer,
        ):
            await self._heed(passing, answer)
            yield answer

    async def _heed(self, passing: Passing, answer: HttpStream) -> None:
        if answer.status not in (TOO_MANY, UNAVAILABLE):
            return
        seconds = retry_after(answer.headers.get("retry-after"), _said_at(answer, self._now()))
        if answer.status == TOO_MANY or seconds is not None:
            await passing.refused(seconds)


def origin(url: str) -> LimitKey:
    """Scheme, host and port of an address; what is none is refused later, by who sends it."""
    found = _ORIGIN.match(url)
    if found is None:
        return LimitKey(url.strip()[:200].lower())
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    if port is None or port == _PORTS[scheme]:
        return LimitKey(f"{scheme}://{host}", names=(f"{host}:{_PORTS[scheme]}", host))
    return LimitKey(f"{scheme}://{host}:{port}", names=(f"{host}:{port}", host))


def _said_at(answer: HttpStream, now: float) -> float:
    """When the answer was given by the clock of who gave it, which may be another than ours."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, TypeError, ValueError, OverflowError):
        return now


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait, from a Retry-After header in either of its forms (RFC 9110, 10.2.3)."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None
