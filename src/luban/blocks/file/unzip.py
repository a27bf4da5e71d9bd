"""What a zip archive holds, as files."""

from __future__ import annotations

import base64
from typing import Any

from luban.blocks.file.archive import Bounds, opened
from luban.blocks.file.workspaces import KEPT, Kept
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emit,
    Example,
    Field,
    FileRef,
)

_FILE = {"$file": "f_1", "name": "a.zip", "type": "application/zip", "size": 118}
_ARCHIVE = base64.b64decode(
    "UEsDBBQAAAAAAAAAIQDCQSQ1AwAAAAMAAAAHAAAAeC9hLnR4dGFiY1BLAQIUAxQAAAAAAAAAIQDCQSQ1AwAAAAMAAAAHAAAA"
    "AAAAAAAAAACAAQAAAAB4L2EudHh0UEsFBgAAAAABAAEANQAAACgAAAAAAA=="
)
_WORLD = {"files": {"f_1": {"name": "a.zip", "bytes": _ARCHIVE}}}
_OUT = {"$file": "f_2", "name": "a.txt", "type": "application/octet-stream", "size": 3}


class Unzip(Block):
    """Takes the files out of a zip archive, within limits that no archive can talk its way past."""

    id = "file.unzip"
    title = "Unzip"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "folder-archive"
    keywords = ("extract", "archive", "decompress", "unpack", "zip")

    class Input(BlockInput):
        file: FileRef = Field(title="Archive", description="A zip file.")
        pattern: str = Field(
            "*", title="Pattern", description="Of paths in the archive, such as *.csv."
        )
        keep: Kept = Field("run", title="Keep", description=KEPT)
        folder: str = Field(
            "", title="Folder", description="Of the workspace; paths in the archive go below it."
        )
        max_files: int = Field(
            1000,
            ge=1,
            le=20_000,
            title="Most files",
            description="More are refused.",
            advanced=True,
        )
        max_megabytes: float = Field(
            500,
            gt=0,
            le=20_000,
            title="Size limit",
            description="Megabytes of all together.",
            advanced=True,
        )

    class Output(BlockOutput):
        file: FileRef = Emit("One after another.", title="File", main=True)
        paths: list[str] = Field(title="Paths", description="Where they lie in the archive.")
        count: int = Field(title="Count", description="How many were taken out.")

    examples = (
        Example({"file": _FILE}, {"file": [_OUT], "paths": ["x/a.txt"], "count": 1}, _WORLD),
        Example(
            {"file": _FILE, "keep": "agent", "folder": "in"},
            {"file": [_OUT], "paths": ["x/a.txt"], "count": 1},
            _WORLD,
        ),
        Example({"file": _FILE, "pattern": "*.csv"}, {"paths": [], "count": 0}, _WORLD),
        Example(
            {"file": _FILE, "max_megabytes": 0.000002},
            {"error": {"code": "archive_too_large"}},
            _WORLD,
        ),
        Example(
            {"file": _FILE},
            {"error": {"code": "not_an_archive"}},
            {"files": {"f_1": {"name": "a.zip", "text": "no archive"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Any:
        bounds = Bounds(input.max_files, int(input.max_megabytes * 1_000_000))
        folder = input.folder.strip().strip("/")
        paths: list[str] = []
        async with opened(input.file, ctx, bounds) as archive:
            for entry in archive.entries(input.pattern):
                ctx.progress(len(paths), text=entry.path)
                name = entry.path if input.keep != "run" else entry.path.rpartition("/")[2]
                if input.keep != "run" and folder:
                    name = f"{folder}/{name}"
                file = await ctx.files.write_stream(name, entry.pieces(), scope=input.keep)
                paths.append(entry.path)
                yield "file", file.as_value()
        yield "paths", paths
        yield "count", len(paths)
