"""A file cut into smaller ones."""

from __future__ import annotations

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

_FILE = {"$file": "f_1", "name": "a.csv", "type": "text/csv", "size": 8}
_WORLD = {"files": {"f_1": {"name": "a.csv", "text": "ab\ncd\nef", "type": "text/csv"}}}
_MOST_PARTS = 1000
_LONGEST_LINE = 1 << 20


class Split(Block):
    """Cuts a file into files of at most a size, at the ends of lines where there are any."""

    id = "file.split"
    title = "Split file"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "scissors"
    keywords = ("chunk", "part", "divide", "large file", "piece", "cut")

    class Input(BlockInput):
        file: FileRef = Field(title="File", description="The file to cut.")
        max_megabytes: float = Field(
            10, gt=0, le=5000, title="Size of a part", description="Megabytes at most."
        )
        at_lines: bool = Field(
            True,
            title="At line ends",
            description="Keeps lines whole, unless one is longer than a part.",
        )

    class Output(BlockOutput):
        part: FileRef = Emit("One after another, in order.", title="Part", main=True)
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example(
            {"file": _FILE, "max_megabytes": 0.000004},
            {
                "part": [
                    {"$file": "f_2", "name": "a.1.csv", "type": "text/csv", "size": 3},
                    {"$file": "f_3", "name": "a.2.csv", "type": "text/csv", "size": 3},
                    {"$file": "f_4", "name": "a.3.csv", "type": "text/csv", "size": 2},
                ],
                "count": 3,
            },
            _WORLD,
        ),
        Example(
            {"file": _FILE, "max_megabytes": 0.000006, "at_lines": False},
            {
                "part": [
                    {"$file": "f_2", "name": "a.1.csv", "type": "text/csv", "size": 6},
                    {"$file": "f_3", "name": "a.2.csv", "type": "text/csv", "size": 2},
                ],
                "count": 2,
            },
            _WORLD,
        ),
        Example({"file": {"$file": "f_gone"}}, {"error": {"code": "not_found"}}),
    )

    async def run(self, input: Input, ctx: Context) -> Any:
        size = max(1, int(input.max_megabytes * 1_000_000))
        if input.file.size > size * _MOST_PARTS:
            raise BlockError(
                f"`{input.file.name}` would become more than {_MOST_PARTS} parts. Make the parts "
                "larger.",
                zh=f"“{input.file.name}”会被拆成超过 {_MOST_PARTS} 份。请增大每份的大小。",
                code="too_many_parts",
            )
        source = _Cut(ctx.files.stream(input.file), size, at_lines=input.at_lines)
        stem, dot, ending = input.file.name.rpartition(".")
        if not stem:
            stem, dot, ending = input.file.name, "", ""
        count = 0
        while await source.more():
            count += 1
            name = f"{stem}.{count}{dot}{ending}"
            part = await ctx.files.write_stream(name, source.part(), input.file.type)
            yield "part", part.as_value()
        yield "count", count


class _Cut:
    """A stream, part by part; a little more than a piece of it is held."""

    def __init__(self, content: AsyncIterator[bytes], size: int, *, at_lines: bool) -> None:
        self._content = content
        self._size = size
        self._at_lines = at_lines
        self._held = bytearray()
        self._over = False

    async def more(self) -> bool:
        await self._hold(1)
        return bool(self._held)

    async def part(self) -> AsyncIterator[bytes]:
        """What goes into the next part: up to its size, less what follows its last line end."""
        left = self._size
        while left:
            keep = min(left, _LONGEST_LINE) if self._at_lines else 0
            await self._hold(min(left, keep + _LONGEST_LINE) + 1)
            if not self._held:
                return
            if len(self._held) > left:  # this part ends in what is held
                yield self._take(self._end(left))
                return
            piece = self._take(len(self._held) if self._over else max(1, len(self._held) - keep))
            left -= len(piece)
            yield piece

    def _end(self, left: int) -> int:
        found = self._held.rfind(b"\n", 0, left) if self._at_lines else -1
        return found + 1 if found >= 0 else left

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    async def _hold(self, size: int) -> None:
        while len(self._held) < size and not self._over:
            try:
                self._held += await anext(self._content)
            except StopAsyncIteration:
                self._over = True
