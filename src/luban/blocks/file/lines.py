"""The lines of a file of any size."""

from __future__ import annotations

import codecs
from collections.abc import AsyncIterator
from typing import Any

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emit,
    Example,
    Field,
    FileRef,
)
from luban.sdk.charset import guess_encoding, known_encoding

_FILE = {"$file": "f_1", "name": "a.log", "type": "text/plain", "size": 8}
_WORLD = {"files": {"f_1": {"name": "a.log", "text": "a\r\nb\n\nc"}}}
_LONGEST = 10_000_000


class Lines(Block):
    """Reads a file line by line, singly or in batches, however large it is."""

    id = "file.lines"
    title = "File lines"
    category = "file"
    effect = Effect.NONE
    icon = "rows-3"
    keywords = ("stream", "each line", "log", "large file", "batch", "rows", "split")

    class Input(BlockInput):
        file: FileRef = Field(title="File", description="A file with text in it.")
        batch: int = Field(
            0,
            ge=0,
            le=100_000,
            title="Lines per batch",
            description="0 sends each line alone; else lists of so many.",
        )
        skip: int = Field(
            0, ge=0, title="Skip", description="Lines left out at the start, such as a heading."
        )
        limit: int = Field(0, ge=0, title="Most", description="Lines at most; 0 is all of them.")
        skip_empty: bool = Field(
            False,
            title="Skip empty lines",
            description="Lines of nothing but spaces.",
            advanced=True,
        )
        encoding: str = Field(
            "auto",
            title="Encoding",
            description="`auto` finds out; else a name such as utf-8, gb18030 or big5.",
            advanced=True,
        )

    class Output(BlockOutput):
        line: str = Emit("One after another, when there are no batches.", title="Line", main=True)
        lines: list[str] = Emit("One batch after another.", title="Lines")
        count: int = Field(title="Count", description="Lines that were sent.")

    examples = (
        Example({"file": _FILE}, {"line": ["a", "b", "", "c"], "count": 4}, _WORLD),
        Example(
            {"file": _FILE, "batch": 2, "skip_empty": True},
            {"lines": [["a", "b"], ["c"]], "count": 3},
            _WORLD,
        ),
        Example({"file": _FILE, "skip": 1, "limit": 1}, {"line": ["b"], "count": 1}, _WORLD),
        Example(
            {"file": _FILE, "encoding": "klingon"}, {"error": {"code": "unknown_encoding"}}, _WORLD
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Any:
        batch: list[str] = []
        passed = count = 0
        async for line in _lines(input, ctx):
            if input.skip_empty and not line.strip():
                continue
            if (passed := passed + 1) <= input.skip:
                continue
            count += 1
            if not input.batch:
                yield "line", line
            else:
                batch.append(line)
                if len(batch) == input.batch:
                    yield "lines", batch
                    batch = []
            if count == input.limit:
                break
        if batch:
            yield "lines", batch
        yield "count", count


async def _lines(input: Lines.Input, ctx: Context) -> AsyncIterator[str]:
    """The lines without their ends; only the one that is not over yet is held."""
    decoder: codecs.IncrementalDecoder | None = None
    begun = ""
    async for piece in ctx.files.stream(input.file):
        decoder = decoder or _decoder(input, piece)
        *whole, begun = (begun + decoder.decode(piece)).split("\n")
        for line in whole:
            yield line.removesuffix("\r")
        if len(begun) > _LONGEST:
            raise BlockError(
                f"`{input.file.name}` has a line of more than {_LONGEST} characters, so it is no "
                "text in lines. Use “Split file” or “Read file”.",
                zh=f"“{input.file.name}”中有一行超过 {_LONGEST} 个字符，不是按行的文本。"
                "请使用“拆分文件”或“读取文件”。",
                code="line_too_long",
            )
    if decoder is not None:
        begun += decoder.decode(b"", final=True)
    if begun:
        yield begun.removesuffix("\r")


def _decoder(input: Lines.Input, sample: bytes) -> codecs.IncrementalDecoder:
    wanted = input.encoding.strip().lower()
    name = guess_encoding(sample) if wanted in ("", "auto") else known_encoding(wanted)
    if name is None:
        raise BlockError(
            f"There is no encoding `{input.encoding}`. Write auto, utf-8, gb18030 or big5.",
            zh=f"没有名为“{input.encoding}”的编码。可填 auto、utf-8、gb18030 或 big5。",
            code="unknown_encoding",
        )
    return codecs.getincrementaldecoder(name)(errors="replace")
