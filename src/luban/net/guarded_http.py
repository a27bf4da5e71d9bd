"""Outgoing HTTP for blocks: guarded, limited; its libraries are loaded by the first request."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from luban.net.allow_list import AllowList
from luban.net.errors import TimedOut
from luban.net.gate import Gate, Resolver, system_resolver
from luban.sdk.http import HttpResponse, HttpStream, Streamed, Upload

if TYPE_CHECKING:
    import httpcore2


class GuardedHttp:
    """The `Http` of the block author's kit over one shared connection pool.

    `allow` is the administrator's list; `resolve` and `tls` are for tests and for private
    authorities. Belongs to one event loop; `aclose` ends its connections.
    """

    def __init__(
        self,
        allow: AllowList | None = None,
        *,
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._gate = Gate(allow or AllowList(), resolve)
        self._tls = tls
        self._pool: httpcore2.AsyncConnectionPool | None = None

    async def request(self, method: str, url: str, **options: Any) -> HttpResponse:
        """As `luban.sdk.http.Http.request` says."""
        async with self.stream(method, url, **options) as answer:
            return await answer.read()

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        content: bytes | Streamed | None = None,
        files: Sequence[tuple[str, Upload]] = (),
        timeout: float = 30.0,
        max_bytes: int = 20_000_000,
        follow_redirects: bool = True,
    ) -> AsyncIterator[HttpStream]:
        """As `luban.sdk.http.Http.stream` says."""
        from luban.net import outgoing
        from luban.net.exchange import exchange

        body = outgoing.Body(json=json, form=form, content=content, files=files)
        sending = outgoing.request(method, outgoing.address(url, params), headers, body)
        limit = asyncio.timeout(timeout)
        try:
            async with (
                limit,
                exchange(
                    self._connections(),
                    sending,
                    max_bytes=max_bytes,
                    follow_redirects=follow_redirects,
                ) as answer,
            ):
                yield answer
        except TimeoutError as error:
            if not limit.expired():
                raise  # the reader's own
            raise TimedOut(url=outgoing.shown(sending.url), seconds=timeout) from error

    async def aclose(self) -> None:
        """Ends all connections; a later request opens new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    def _connections(self) -> httpcore2.AsyncConnectionPool:
        if self._pool is None:
            from luban.net.pool import guarded_pool

            self._pool = guarded_pool(self._gate, self._tls)
        return self._pool
