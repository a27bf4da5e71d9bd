"""One request with its redirects, held to its limits of time and size."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpcore2
import httpx2

from luban.net.errors import (
    AnswerTooLarge,
    AnswerUnreadable,
    BadRequest,
    CertificateRefused,
    TooManyRedirects,
    Unreachable,
)
from luban.net.outgoing import redirected, shown, streamed_body
from luban.sdk.http import HttpStream, Streamed

MAX_REDIRECTS = 10
_UNPACKED = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


@asynccontextmanager
async def exchange(
    pool: httpcore2.AsyncConnectionPool,
    request: httpx2.Request,
    *,
    max_bytes: int,
    follow_redirects: bool,
) -> AsyncIterator[HttpStream]:
    """The final answer, its body still to come. The caller limits the time."""
    first = shown(request.url)
    for _ in range(MAX_REDIRECTS + 1):
        async with sent(pool, request) as answer:
            onward = redirected(request, answer) if follow_redirects else None
            if onward is None:
                check(answer, request, max_bytes)
                yield HttpStream(
                    status=answer.status_code,
                    url=str(request.url),
                    headers=dict(answer.headers),
                    pieces=pieces(answer, request, max_bytes),
                    charset=answer.charset_encoding,
                )
                return
        request = onward
    raise TooManyRedirects(url=first, limit=MAX_REDIRECTS, last=shown(request.url))


@asynccontextmanager
async def sent(
    pool: httpcore2.AsyncConnectionPool, request: httpx2.Request
) -> AsyncIterator[httpx2.Response]:
    """One request and its answer, the body still to come; redirects are answers too."""
    try:
        answer = await pool.handle_async_request(_as_core(request))
        try:
            yield httpx2.Response(
                answer.status,
                headers=answer.headers,
                stream=_Stream(answer),
                request=request,
            )
        finally:
            await answer.aclose()
    except httpcore2.LocalProtocolError as error:
        raise BadRequest(url=shown(request.url), reason=str(error), reason_zh=str(error)) from error
    except httpcore2.ConnectError as error:
        raise _no_connection(request, error) from error
    except (
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.TimeoutException,
        httpx2.StreamError,
    ) as error:
        raise Unreachable(
            host=request.url.host,
            reason=f"the connection broke ({_cause(error)})",
            reason_zh=f"连接中断（{_cause(error)}）",
            sent=True,
        ) from error


class _Stream(httpx2.AsyncByteStream):
    """The body of an answer as it comes from the connection."""

    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


def check(answer: httpx2.Response, request: httpx2.Request, max_bytes: int) -> None:
    """Refuses what need not be read to be refused."""
    packing = answer.headers.get("content-encoding", "").strip().lower()
    if packing not in _UNPACKED:
        raise AnswerUnreadable(
            url=shown(request.url),
            reason=f"it is packed as `{packing}`, which was not asked for",
            reason_zh=f"使用了未请求的压缩方式“{packing}”",
        )
    declared = answer.headers.get("content-length", "")
    if request.method != "HEAD" and declared.isdecimal() and int(declared) > max_bytes:
        raise AnswerTooLarge(url=shown(request.url), max_bytes=max_bytes)


async def pieces(
    answer: httpx2.Response, request: httpx2.Request, max_bytes: int
) -> AsyncIterator[bytes]:
    """The unpacked body; unpacking stops at the limit, so a packed bomb never opens."""
    size = 0
    try:
        async for part in answer.aiter_bytes():
            size += len(part)
            if size > max_bytes:
                raise AnswerTooLarge(url=shown(request.url), max_bytes=max_bytes)
            yield part
    except httpx2.DecodingError as error:
        raise AnswerUnreadable(
            url=shown(request.url), reason=str(error), reason_zh=str(error)
        ) from error


def _as_core(request: httpx2.Request) -> httpcore2.Request:
    return httpcore2.Request(
        method=request.method,
        url=httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        ),
        headers=request.headers.raw,
        content=_sent_body(request),
    )


def _sent_body(request: httpx2.Request) -> bytes | AsyncIterator[bytes]:
    streamed = streamed_body(request)
    return request.content if streamed is None else _measured(request, streamed)


async def _measured(request: httpx2.Request, body: Streamed) -> AsyncIterator[bytes]:
    """The pieces, as long as they keep to the length that was declared for them."""
    left = body.length
    async for piece in body.pieces():
        left -= len(piece)
        if left < 0:
            break
        yield piece
    if left:
        raise BadRequest(
            url=shown(request.url),
            reason=f"its body is not {body.length} bytes long, as was said",
            reason_zh=f"正文长度与声明的 {body.length} 字节不符",
        )


def _no_connection(request: httpx2.Request, error: Exception) -> CertificateRefused | Unreachable:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return CertificateRefused(host=request.url.host, reason=cause.verify_message)
    return Unreachable(
        host=f"{request.url.host}:{request.url.port or request.url.scheme}",
        reason=f"no connection ({_cause(error)})",
        reason_zh=f"未能建立连接（{_cause(error)}）",
        sent=False,
    )


def _cause(error: BaseException) -> str:
    """The innermost words there are; some of these errors say nothing themselves."""
    return str(error) or str(error.__cause__ or "") or type(error).__name__
