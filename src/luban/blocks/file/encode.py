"""A file as text that others understand: base64, a data URI, an address."""

from __future__ import annotations

import asyncio
import base64
from typing import Any, Literal

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
)

_FILE = {"$file": "f_1", "name": "a.txt", "type": "text/plain", "size": 3}
_WORLD = {"files": {"f_1": {"name": "a.txt", "text": "abc", "type": "text/plain"}}}


class Encode(Block):
    """Turns a file into what a service takes where it takes no file of ours."""

    id = "file.encode"
    title = "File as text"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "file-code"
    keywords = ("base64", "data uri", "url", "link", "inline", "image", "share", "attach")

    class Input(BlockInput):
        file: FileRef = Field(title="File", description="The file to turn into text.")
        form: Literal["data_uri", "base64", "url", "outside"] = Field(
            "data_uri",
            title="As",
            description="`url` is a link that anybody can read it by for a while; `outside` is "
            "that link where others reach this server, else a data URI.",
        )
        seconds: int = Field(
            3600,
            ge=1,
            le=604_800,
            title="Link holds",
            description="Seconds, at most seven days.",
            advanced=True,
        )
        max_megabytes: float = Field(
            10,
            gt=0,
            le=100,
            title="Size limit",
            description="Megabytes of a file that becomes text itself.",
            advanced=True,
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The file in that form.", main=True)
        type: str = Field(title="Type", description="What the file holds.")

    examples = (
        Example(
            {"file": _FILE},
            {"text": "data:text/plain;base64,YWJj", "type": "text/plain"},
            _WORLD,
        ),
        Example({"file": _FILE, "form": "base64"}, {"text": "YWJj", "type": "text/plain"}, _WORLD),
        Example(
            {"file": _FILE, "form": "url", "seconds": 60},
            {"text": "https://files.test/f_1?seconds=60", "type": "text/plain"},
            _WORLD,
        ),
        Example(
            {"file": _FILE, "form": "outside"},
            {"text": "data:text/plain;base64,YWJj", "type": "text/plain"},
            _WORLD,
        ),
        Example(
            {"file": _FILE, "max_megabytes": 0.000001},
            {"error": {"code": "file_too_large"}},
            _WORLD,
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        most = int(input.max_megabytes * 1_000_000)
        if input.form == "url":
            text = await ctx.files.url(input.file, seconds=input.seconds)
        elif input.form == "outside":
            text = await ctx.files.for_outside(input.file, max_bytes=most)
        elif input.form == "base64":
            text = await _base64(input.file, ctx, most)
        else:
            text = await ctx.files.data_uri(input.file, max_bytes=most)
        return {"text": text, "type": input.file.type}


async def _base64(file: FileRef, ctx: Context, most: int) -> str:
    held = bytearray()
    async for piece in ctx.files.stream(file):
        held += piece
        if len(held) > most:
            raise BlockError(
                f"`{file.name}` has more than {most} bytes. Raise the size limit, or pass its "
                "address.",
                zh=f"“{file.name}”超过 {most} 字节。请提高大小上限，或改用链接。",
                code="file_too_large",
            )
    return (await asyncio.to_thread(base64.b64encode, held)).decode("ascii")
