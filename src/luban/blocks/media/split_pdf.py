"""A PDF taken apart."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from luban.blocks.media.apart import worked
from luban.blocks.media.pages import spans
from luban.blocks.media.samples import LOCKED_PDF, PDF
from luban.blocks.media.stored import named, saved
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
    FileRef,
)

_FILE = {"$file": "f_1", "name": "a.pdf", "type": "application/pdf"}
_WORLD = {"files": {"f_1": {"name": "a.pdf", "bytes": PDF, "type": "application/pdf"}}}


class SplitPdf(Block):
    """Makes several PDF files of one: so many pages each, or a file for each named range."""

    id = "media.split_pdf"
    title = "Split PDF"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "scissors"
    keywords = ("pdf", "pages", "separate", "burst", "extract", "divide")

    class Input(BlockInput):
        file: FileRef = Field(title="PDF", description="What to take apart.")
        pages: str = Field(
            "",
            title="Pages",
            description="Such as 1-3, 4-9, last. Empty takes all.",
            max_length=2000,
        )
        each: int = Field(
            1,
            ge=0,
            le=10_000,
            title="Pages per file",
            description="0 makes a file for each range named in Pages.",
        )
        password: str = Field(
            "",
            title="Password",
            description="Of an encrypted PDF; the new files are not encrypted.",
            secret=True,
            max_length=200,
            advanced=True,
        )
        page_limit: int = Field(
            200, ge=1, le=1000, title="Most pages", description="To be taken.", advanced=True
        )
        memory: int = Field(
            512, ge=64, le=4096, title="Memory", description="Megabytes.", advanced=True
        )
        timeout: float = Field(
            120, gt=0, le=600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        file: FileRef = Emit("One file after another, named by its pages.", title="PDF", main=True)
        files: list[FileRef] = Field(title="Files", description="All of them.")
        page_count: int = Field(title="Number of pages", description="Of the whole PDF.")

    examples = (
        Example(
            {"file": _FILE, "pages": "2", "each": 0},
            {
                "file": [
                    {"$file": "f_2", "name": "a-2.pdf", "type": "application/pdf", "size": 661}
                ],
                "files": [
                    {"$file": "f_2", "name": "a-2.pdf", "type": "application/pdf", "size": 661}
                ],
                "page_count": 2,
            },
            _WORLD,
        ),
        Example({"file": _FILE, "pages": "2-9"}, {"error": {"code": "no_such_page"}}, _WORLD),
        Example(
            {"file": _FILE},
            {"error": {"code": "password_needed"}},
            {"files": {"f_1": {"name": "a.pdf", "bytes": LOCKED_PDF}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        wanted = spans(input.pages)
        with tempfile.TemporaryDirectory(prefix="luban-pdf-") as folder:
            place = Path(folder)
            order = {
                "do": "split",
                "path": await saved(ctx, input.file, place, "whole", 200),
                "pages": wanted,
                "each": input.each,
                "password": input.password,
                "most": input.page_limit,
                "memory_mb": input.memory,
                "target": folder,
            }
            told = await worked(order, input.file.name, place, input.timeout)
            files: list[dict[str, Any]] = []
            for number, pages in enumerate(told["parts"]):
                stem = named("", input.file.name, "pdf")[:-4]
                made = await ctx.files.write(
                    f"{stem}-{_span(pages)}.pdf",
                    (place / f"{number}.pdf").read_bytes(),
                    "application/pdf",
                )
                files.append(made.as_value())
        sent = Emissions(("file", file) for file in files)
        sent += [("files", files), ("page_count", told["count"])]
        return sent


def _span(pages: list[int]) -> str:
    first, last = pages[0], pages[-1]
    return str(first) if first == last else f"{first}-{last}"
