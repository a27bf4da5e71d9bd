"""PDF files put together."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Literal

from luban.blocks.media.apart import worked
from luban.blocks.media.pages import spans
from luban.blocks.media.samples import LOCKED_PDF, PDF
from luban.blocks.media.stored import named, saved
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef

_FILE = {"$file": "f_1", "name": "a.pdf", "type": "application/pdf"}
_WORLD = {"files": {"f_1": {"name": "a.pdf", "bytes": PDF, "type": "application/pdf"}}}


class CombinePdf(Block):
    """Makes one PDF of several, or of chosen pages; can turn them, and lock it with a password."""

    id = "media.combine_pdf"
    title = "Combine PDF"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "files"
    keywords = ("pdf", "merge", "join", "extract pages", "rotate", "encrypt", "password", "concat")

    class Input(BlockInput):
        files: list[FileRef] = Field(
            title="PDF files", description="In this order.", min_length=1, max_length=200
        )
        pages: str = Field(
            "",
            title="Pages",
            description="Of each file, such as 1-3, 5, 8-, last, in this order. Empty takes all.",
            max_length=2000,
        )
        turn: Literal[0, 90, 180, 270] = Field(
            0, title="Turn", description="Every page, by so many degrees clockwise."
        )
        name: str = Field(
            "", title="File name", description="Empty takes that of the first.", max_length=200
        )
        title: str = Field(
            "",
            title="Title",
            description="In the file's properties.",
            max_length=500,
            advanced=True,
        )
        password: str = Field(
            "",
            title="Password",
            description="Opens files that are encrypted.",
            secret=True,
            max_length=200,
            advanced=True,
        )
        lock: str = Field(
            "",
            title="Lock with",
            description="A password to encrypt the new file with (AES-256).",
            secret=True,
            max_length=100,
            advanced=True,
        )
        page_limit: int = Field(
            2000, ge=1, le=20_000, title="Most pages", description="Of the new file.", advanced=True
        )
        memory: int = Field(
            512, ge=64, le=4096, title="Memory", description="Megabytes.", advanced=True
        )
        timeout: float = Field(
            120, gt=0, le=600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        file: FileRef = Field(title="PDF", description="The new file.", main=True)
        page_count: int = Field(title="Number of pages", description="Of the new file.")

    examples = (
        Example(
            {"files": [_FILE, _FILE], "pages": "2, 1", "turn": 90, "name": "both"},
            {
                "file": {
                    "$file": "f_2",
                    "name": "both.pdf",
                    "type": "application/pdf",
                    "size": 1587,
                },
                "page_count": 4,
            },
            _WORLD,
        ),
        Example({"files": [_FILE], "pages": "3"}, {"error": {"code": "no_such_page"}}, _WORLD),
        Example({"files": [_FILE], "page_limit": 1}, {"error": {"code": "too_many_pages"}}, _WORLD),
        Example(
            {"files": [_FILE]},
            {"error": {"code": "not_a_pdf"}},
            {"files": {"f_1": {"name": "a.pdf", "text": "a text"}}},
        ),
        Example(
            {"files": [_FILE], "password": "abc"},
            {"error": {"code": "wrong_password"}},
            {"files": {"f_1": {"name": "a.pdf", "bytes": LOCKED_PDF}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        wanted = spans(input.pages)
        with tempfile.TemporaryDirectory(prefix="luban-pdf-") as folder:
            place = Path(folder)
            parts: list[dict[str, str]] = []
            for number, file in enumerate(input.files):
                path = await saved(ctx, file, place, f"{number}.pdf", 200)
                parts.append({"path": path, "name": file.name})
            target = place / "combined.pdf"
            order = {
                "do": "combine",
                "parts": parts,
                "pages": wanted,
                "password": input.password,
                "turn": input.turn,
                "title": input.title,
                "lock": input.lock,
                "most": input.page_limit,
                "memory_mb": input.memory,
                "target": str(target),
            }
            told = await worked(order, input.files[0].name, place, input.timeout)
            name = named(input.name, input.files[0].name, "pdf")
            made = await ctx.files.write(name, target.read_bytes(), "application/pdf")
        return {"file": made.as_value(), "page_count": told["count"]}
