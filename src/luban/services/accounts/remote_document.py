"""A JSON document of an issuer: fetched when needed, kept for a while, asked for seldom."""

from __future__ import annotations

import asyncio
from typing import Any

from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.sdk.errors import BlockError
from luban.sdk.http import Http

KEPT = 86_400.0
"""Seconds that a document counts while its issuer cannot be reached."""
FLOOR = 30.0
"""Seconds between two fetches, whoever asks how often."""
_LARGEST = 256_000
_TIMEOUT = 10.0


class IssuerUnreachable(LubanError):
    """What is needed of an issuer to check a sign-in could not be fetched."""

    code = "issuer_unreachable"
    status = 503
    retryable = True
    en = "`{url}` could not be fetched: {cause}. Try again in a minute."
    zh = "无法获取“{url}”：{cause_zh}。请稍后重试。"


class RemoteDocument:
    """The document behind an address; whoever asks at once with others shares one fetch."""

    def __init__(self, http: Http, url: str, clock: Clock, fresh: float) -> None:
        self.url = url
        self._http, self._clock, self._fresh = http, clock, fresh
        self._document: dict[str, Any] | None = None
        self._fetched = self._tried = float("-inf")
        self._fetching = asyncio.Lock()

    async def read(self) -> dict[str, Any]:
        """What is not older than it may be. Raises `IssuerUnreachable`."""
        return await self._newer_than(self._fresh)

    async def read_again(self) -> dict[str, Any]:
        """Fetched just now, or as long ago as `FLOOR`. Raises `IssuerUnreachable`."""
        return await self._newer_than(FLOOR)

    async def _newer_than(self, age: float) -> dict[str, Any]:
        if self._document is not None and self._clock.monotonic() - self._fetched < age:
            return self._document
        async with self._fetching:
            now = self._clock.monotonic()
            due = now - self._fetched >= age and now - self._tried >= FLOOR
            if due:
                self._tried = now
                await self._try(now)
            if self._document is None:
                raise IssuerUnreachable(
                    url=self.url,
                    cause="the last try failed just now",
                    cause_zh="刚才的尝试失败",
                )
            return self._document

    async def _try(self, now: float) -> None:
        try:
            self._document, self._fetched = await self._fetch(), now
        except IssuerUnreachable:
            if self._document is None or now - self._fetched > KEPT:
                self._document = None
                raise

    async def _fetch(self) -> dict[str, Any]:
        try:
            answer = await self._http.request(
                "GET",
                self.url,
                headers={"accept": "application/json"},
                timeout=_TIMEOUT,
                max_bytes=_LARGEST,
                follow_redirects=False,
            )
        except BlockError as error:
            cause, cause_zh = str(error).rstrip("."), error.message_zh.rstrip("。")
            raise IssuerUnreachable(url=self.url, cause=cause, cause_zh=cause_zh) from error
        try:
            document = answer.json() if answer.ok else None
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise IssuerUnreachable(
                url=self.url,
                cause=f"the answer ({answer.status}) is not a JSON object",
                cause_zh=f"应答（{answer.status}）不是 JSON 对象",
            )
        return document
