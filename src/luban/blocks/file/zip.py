"""Files packed into one."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator
from typing import IO, Any

from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
)

_FILE = {"$file": "f_1", "name": "a.txt", "type": "text/plain", "size": 3}
_WORLD = {"files": {"f_1": {"name": "a.txt", "text": "abc"}}}
_PIECE = 1 << 20
_MOST = 1000
_NEEDS_64_BITS = 1 << 31


class Zip(Block):
    """Packs files into a zip archive."""

    id = "file.zip"
    title = "Zip files"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "file-archive"
    keywords = ("archive", "compress", "pack", "bundle", "attachment")

    class Input(BlockInput):
        files: list[FileRef] = Field(
            title="Files", description="What to pack.", min_length=1, max_length=_MOST
        )
        name: str = Field("archive.zip", title="Name", description="Of the archive.", min_length=1)
        compress: bool = Field(
            True,
            title="Compress",
            description="Off for what is compressed already, such as photos.",
            advanced=True,
        )

    class Output(BlockOutput):
        file: FileRef = Field(title="Archive", description="The zip file.", main=True)
        names: list[str] = Field(
            title="Names", description="What the files are called in it; no two alike."
        )

    examples = (
        Example(
            {"files": [_FILE, _FILE], "name": "b", "compress": False},
            {
                "file": {
                    "$file": "f_2",
                    "name": "b.zip",
                    "type": "application/zip",
                    "size": 208,
                },
                "names": ["a.txt", "a (2).txt"],
            },
            _WORLD,
        ),
        Example({"files": [{"$file": "f_gone"}]}, {"error": {"code": "not_found"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        names = _apart([file.name for file in input.files])
        kind = zipfile.ZIP_DEFLATED if input.compress else zipfile.ZIP_STORED
        with tempfile.TemporaryFile() as held:
            with zipfile.ZipFile(held, "w", kind) as archive:
                for place, (file, name) in enumerate(zip(input.files, names, strict=True)):
                    ctx.progress(place, len(names), name)
                    await _add(archive, name, file, ctx)
            held.seek(0)
            ending = "" if input.name.lower().endswith(".zip") else ".zip"
            stored = await ctx.files.write_stream(
                f"{input.name}{ending}", _read(held), "application/zip"
            )
        return {"file": stored.as_value(), "names": names}


async def _add(archive: zipfile.ZipFile, name: str, file: FileRef, ctx: Context) -> None:
    # A moment of its own would make the archive another one in every attempt.
    facts = zipfile.ZipInfo(name)
    facts.compress_type = archive.compression
    facts.external_attr = 0o600 << 16
    with archive.open(facts, "w", force_zip64=file.size >= _NEEDS_64_BITS) as entry:
        async for piece in ctx.files.stream(file):
            await asyncio.to_thread(entry.write, piece)


def _apart(names: list[str]) -> list[str]:
    """The names, a number added to each that is there already."""
    taken: set[str] = set()
    apart: list[str] = []
    for name in names:
        stem, dot, ending = name.rpartition(".") if name.rpartition(".")[0] else (name, "", "")
        free, number = name, 1
        while free.lower() in taken:
            number += 1
            free = f"{stem} ({number}){dot}{ending}"
        taken.add(free.lower())
        apart.append(free)
    return apart


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece
