"""Files from elsewhere: an address is fetched, a data URI unpacked, and what it held is stored."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import AsyncIterator, Mapping
from email.message import Message
from typing import Any, Protocol, cast
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from luban.model.file_paths import fit_name
from luban.model.outside_files import is_elsewhere, names_elsewhere
from luban.model.pins import PinType
from luban.sdk.errors import BlockError, TemporaryError
from luban.sdk.fields import FileRef
from luban.sdk.files import Files
from luban.sdk.http import Http, HttpStream

LARGEST = 100_000_000
_SECONDS = 120.0


class Outside(Protocol):
    """What of a context it takes."""

    @property
    def http(self) -> Http: ...
    @property
    def files(self) -> Files: ...


async def bring_in(
    ctx: Outside, source: str, *, name: str = "", max_bytes: int = LARGEST
) -> FileRef:
    """What is at an `http` address or in a data URI, stored as a file of the run.

    Raises `BlockError` and `TemporaryError`.
    """
    source = source.strip()
    if source[:5].lower() == "data:":
        return await _unpacked(ctx, source, name, max_bytes)
    return await _fetched(ctx, source, name, max_bytes)


async def all_brought_in(
    ctx: Outside, inputs: dict[str, Any], pins: Mapping[str, PinType]
) -> dict[str, Any]:
    """The inputs with references in place of texts that stand for files; the same if none does."""
    ready = inputs
    for name, to in pins.items():
        value = inputs.get(name)
        if not names_elsewhere(value, to):
            continue
        if ready is inputs:
            ready = dict(inputs)
        if isinstance(value, list):
            ready[name] = [
                (await bring_in(ctx, each)).as_value() if is_elsewhere(each) else each
                for each in cast("list[Any]", value)
            ]
        else:
            ready[name] = (await bring_in(ctx, cast("str", value))).as_value()
    return ready


async def _fetched(ctx: Outside, url: str, name: str, max_bytes: int) -> FileRef:
    async with ctx.http.stream("GET", url, timeout=_SECONDS, max_bytes=max_bytes) as answer:
        if answer.status >= 400:
            problem = TemporaryError if answer.status in (429, 502, 503, 504) else BlockError
            raise problem(
                f"{_short(url)} answered with {answer.status}, so there is no file to store. Look "
                "whether the address is right.",
                zh=f"{_short(url)} 返回 {answer.status}，没有可保存的文件。请检查地址是否正确。",
                code="http_status",
            )
        kind = answer.headers.get("content-type", "").partition(";")[0].strip() or None
        return await ctx.files.write_stream(name or _name_of(answer), answer.pieces, kind)


async def _unpacked(ctx: Outside, uri: str, name: str, max_bytes: int) -> FileRef:
    head, _, coded = uri[5:].partition(",")
    kind, *more = [part.strip() for part in head.split(";")]
    if len(coded) > max_bytes * 4:
        raise _too_large(max_bytes)
    try:
        content = unquote_to_bytes(coded)
        if "base64" in (part.lower() for part in more):
            content = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BlockError(
            f"The data URI cannot be unpacked: {error}. It is written like "
            "`data:text/plain;base64,SGVsbG8=`.",
            zh=f"无法解开数据 URI：{error}。应写成 `data:text/plain;base64,SGVsbG8=`。",
            code="bad_data_uri",
        ) from error
    if len(content) > max_bytes:
        raise _too_large(max_bytes)
    told = dict(part.split("=", 1) for part in more if "=" in part)
    called = name or unquote(told.get("name") or told.get("filename") or "")
    kind = kind.lower() or "text/plain"
    shown = fit_name(called) if called else f"file{mimetypes.guess_extension(kind) or ''}"
    return await ctx.files.write_stream(shown, _once(content), kind)


def _name_of(answer: HttpStream) -> str:
    """What the answer calls its file, else the end of the address."""
    told = Message()
    told["content-disposition"] = answer.headers.get("content-disposition", "")
    last = told.get_filename() or unquote(urlsplit(answer.url).path.rstrip("/"))
    return fit_name(last or "download")


def _too_large(max_bytes: int) -> BlockError:
    return BlockError(
        f"The file has more than {max_bytes} bytes. Raise the limit, or give a smaller one.",
        zh=f"文件超过 {max_bytes} 字节。请提高上限，或提供较小的文件。",
        code="file_too_large",
    )


def _short(url: str) -> str:
    return url if len(url) <= 100 else f"{url[:99]}…"


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
