"""The guarded client beneath libraries that bring an HTTP client of their own, with its bounds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

import httpcore2
import httpx2

from luban.model.errors import LubanError
from luban.net.allow_list import AllowList
from luban.net.errors import Unreachable
from luban.net.exchange import check, pieces, sent
from luban.net.gate import Gate, Resolver, system_resolver
from luban.net.pool import guarded_pool

_UNPACKED_HERE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Every connection passes the gate, also after redirects; answers are held to `max_bytes`.

    `headers` are added to each request, and asked for anew each time. Libraries turn what is
    raised here into words of their own, so the last reason stays in `trouble`.
    """

    def __init__(
        self,
        allow: AllowList,
        headers: Callable[[], Awaitable[Mapping[str, str]]],
        max_bytes: int,
        *,
        resolve: Resolver = system_resolver,
    ) -> None:
        self._pool = guarded_pool(Gate(allow, resolve))
        self._headers = headers
        self._max_bytes = max_bytes
        self.trouble: LubanError | None = None
        self.refused = 0
        """The last status with which the server said that we may not: 401 or 403."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        stack = AsyncExitStack()
        try:
            request.headers.update(await self._headers())
            answer = await stack.enter_async_context(sent(self._pool, request))
            check(answer, request, self._max_bytes)
        except LubanError as error:
            await stack.aclose()
            self.trouble = error
            raise httpx2.ConnectError(str(error), request=request) from error
        except BaseException:
            await stack.aclose()
            raise
        self.refused = answer.status_code if answer.status_code in (401, 403) else 0
        kept = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name not in _UNPACKED_HERE
        ]
        body = _Body(self, answer, request, stack)
        return httpx2.Response(answer.status_code, headers=kept, stream=body, request=request)

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def read(self, answer: httpx2.Response, request: httpx2.Request) -> AsyncIterator[bytes]:
        """The unpacked body. Raises what the HTTP library does, and keeps our reason."""
        try:
            async for piece in pieces(answer, request, self._max_bytes):
                yield piece
        except LubanError as error:
            self.trouble = error
            raise httpx2.ReadError(str(error), request=request) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            self.trouble = Unreachable(
                host=request.url.host,
                reason="the connection broke",
                reason_zh="连接中断",
                sent=True,
            )
            raise httpx2.ReadError(str(error), request=request) from error


class _Body(httpx2.AsyncByteStream):
    """What is still to come of an answer; closing it gives the connection back."""

    def __init__(
        self,
        transport: BoundedTransport,
        answer: httpx2.Response,
        request: httpx2.Request,
        stack: AsyncExitStack,
    ) -> None:
        self._transport = transport
        self._answer = answer
        self._request = request
        self._stack = stack

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._transport.read(self._answer, self._request):
            yield piece

    async def aclose(self) -> None:
        await self._stack.aclose()
