"""What came back for a request: JSON, text, bytes, or a file that is stored while it arrives."""

from __future__ import annotations

import base64
from email.message import Message
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from luban.sdk import BlockError, Context, FileRef, HttpResponse, HttpStream

ReadAs = Literal["auto", "json", "text", "base64", "file"]
_LONGEST_NAME = 120


async def read(answer: HttpStream, way: ReadAs, ctx: Context) -> Any:
    """The body as it is wanted; `auto` goes by the answer's type."""
    kind = type_of(answer.headers)
    if way == "file" or (way == "auto" and not _names_json(kind) and not _names_text(kind)):
        return (await stored(answer, ctx)).as_value()
    whole = await answer.read()
    if way == "base64":
        return base64.b64encode(whole.content).decode("ascii")
    if way == "json" or (way == "auto" and _names_json(kind)):
        return _json(whole, sure=way == "json")
    return whole.text


async def stored(answer: HttpStream, ctx: Context, name: str = "") -> FileRef:
    """The body as a file, held in pieces only."""
    kind = type_of(answer.headers) or None
    return await ctx.files.write_stream(name or file_name(answer), answer.pieces, kind)


def type_of(headers: Any) -> str:
    """The content type without its parameters, in lower case."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def file_name(answer: HttpStream) -> str:
    """What the answer calls its file, else the end of the address; never a path."""
    told = Message()
    told["content-disposition"] = answer.headers.get("content-disposition", "")
    last = told.get_filename() or unquote(urlsplit(answer.url).path.rstrip("/"))
    name = last.replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if letter.isprintable()).strip(" .")
    return name[-_LONGEST_NAME:] or "download"


def _json(answer: HttpResponse, *, sure: bool) -> Any:
    """The value; an answer that only says it is JSON comes as its text unless that is `sure`."""
    try:
        return answer.json()
    except ValueError:
        if sure:
            raise BlockError(
                f"The answer is not JSON: {answer.text[:80]!r}. Read it as text to see all.",
                zh=f"返回的内容不是 JSON：{answer.text[:80]!r}。可改为按文本读取。",
                code="answer_not_json",
            ) from None
        return answer.text


def _names_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _names_text(kind: str) -> bool:
    """Whether a content type holds text; an answer without one is taken for text."""
    return (
        not kind
        or kind.startswith("text/")
        or kind.endswith(("+xml", "/xml"))
        or kind in ("application/javascript", "application/x-www-form-urlencoded")
    )
