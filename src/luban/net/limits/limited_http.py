"""The HTTP handed to a step: each address is asked only as often as it may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from luban.ports.limits import LimitKey, Passing, ProviderLimits, Requester
from luban.sdk.http import Http, HttpResponse, Upload

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

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        files: Sequence[tuple[str, Upload]] = (),
        timeout: float = 30.0,
        max_bytes: int = 20_000_000,
        follow_redirects: bool = True,
    ) -> HttpResponse:
        """As `luban.sdk.http.Http.request` says."""
        key = origin(url)
        async with self._limits.pass_(key, self._requester) as passing:
            answer = await self._http.request(
                method,
                url,
                headers=headers,
                params=params,
                json=json,
                form=form,
                content=content,
                files=files,
                timeout=timeout,
                max_bytes=max_bytes,
                follow_redirects=follow_redirects,
            )
            await self._heed(passing, answer)
        return answer

    async def _heed(self, passing: Passing, answer: HttpResponse) -> None:
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


def _said_at(answer: HttpResponse, now: float) -> float:
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
