"""What a document says."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Any

from luban.blocks.media.apart import worked
from luban.blocks.media.pages import spans
from luban.blocks.media.samples import LOCKED_PDF, PDF, WORD
from luban.blocks.media.stored import content, saved
from luban.blocks.text.markup import check_length, check_nesting, safe
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
from luban.sdk.charset import decode

_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)\b", re.I | re.S)
_EMPTY_LINES = re.compile(r"\n{3,}")
_FILE = {"$file": "f_1", "name": "a.pdf"}


class DocumentToText(Block):
    """Reads a PDF, Word, PowerPoint, Excel, OpenDocument, HTML or text file as text for models.

    Headings, lists and tables of Office files and pages become Markdown. Scanned pages have no
    text; what pictures show is not read.
    """

    id = "media.document_to_text"
    title = "Document to text"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "file-text"
    keywords = (
        "pdf",
        "word",
        "docx",
        "pptx",
        "powerpoint",
        "xlsx",
        "excel",
        "odt",
        "markdown",
        "extract",
        "parse",
        "read",
        "office",
    )

    class Input(BlockInput):
        file: FileRef = Field(title="Document", description="What to read.")
        pages: str = Field(
            "",
            title="Pages",
            description="Such as 1-3, 5, 8-, last: pages, slides or sheets. Empty takes all.",
            max_length=2000,
        )
        password: str = Field(
            "", title="Password", description="Of an encrypted PDF.", secret=True, max_length=200
        )
        layout: bool = Field(
            False,
            title="Keep columns",
            description="Of a PDF: spaces put words where they stand on the page. Slower.",
            advanced=True,
        )
        page_limit: int = Field(
            500,
            ge=1,
            le=10_000,
            title="Most pages",
            description="A document with more is refused unless pages are named.",
            advanced=True,
        )
        character_limit: int = Field(
            2_000_000,
            ge=1,
            le=20_000_000,
            title="Most characters",
            description="What comes after is left out, and `complete` is off.",
            advanced=True,
        )
        max_megabytes: float = Field(
            50, gt=0, le=500, title="Size limit", description="Megabytes.", advanced=True
        )
        memory: int = Field(
            512,
            ge=64,
            le=4096,
            title="Memory",
            description="Megabytes the document may take while it is read.",
            advanced=True,
        )
        timeout: float = Field(
            60, gt=0, le=600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The pages, one after another.", main=True)
        pages: list[str] = Field(
            title="Pages", description="The text of each page, slide or sheet that was taken."
        )
        page_count: int = Field(
            title="Number of pages", description="Of the whole document; 1 where it has no pages."
        )
        format: str = Field(title="Format", description="pdf, docx, pptx, xlsx, odt, html or text.")
        metadata: dict[str, str] = Field(
            title="Metadata", description="Such as title, author and created, where it tells them."
        )
        complete: bool = Field(
            title="Complete", description="Off if text was left out for its length."
        )

    examples = (
        Example(
            {"file": {"$file": "f_1", "name": "桥.docx"}},
            {
                "text": "# Bridges\n\n鲁班造桥。\n\n| 名称 | n |\n|---|---|\n| 赵州桥 | 1 |",
                "pages": ["# Bridges\n\n鲁班造桥。\n\n| 名称 | n |\n|---|---|\n| 赵州桥 | 1 |"],
                "page_count": 1,
                "format": "docx",
                "metadata": {},
                "complete": True,
            },
            {"files": {"f_1": {"name": "桥.docx", "bytes": WORD}}},
        ),
        Example(
            {"file": _FILE, "pages": "2", "character_limit": 7},
            {
                "text": "Page tw",
                "pages": ["Page tw"],
                "page_count": 2,
                "format": "pdf",
                "metadata": {"title": "Two pages"},
                "complete": False,
            },
            {"files": {"f_1": {"name": "a.pdf", "bytes": PDF}}},
        ),
        Example(
            {"file": {"$file": "f_1", "name": "a.html"}},
            {
                "text": "## 桥\n\none **two**",
                "pages": ["## 桥\n\none **two**"],
                "page_count": 1,
                "format": "html",
                "metadata": {},
                "complete": True,
            },
            {
                "files": {
                    "f_1": {"name": "a.html", "text": "<html><h2>桥</h2><p>one <b>two</b></p>"}
                }
            },
        ),
        Example(
            {"file": _FILE},
            {"error": {"code": "password_needed"}},
            {"files": {"f_1": {"name": "a.pdf", "bytes": LOCKED_PDF}}},
        ),
        Example(
            {"file": _FILE},
            {"error": {"code": "unreadable_document"}},
            {"files": {"f_1": {"name": "a.pdf", "bytes": b"%PDF-1.7 cut off"}}},
        ),
        Example(
            {"file": {"$file": "f_1", "name": "a.bin"}},
            {"error": {"code": "unknown_document"}},
            {"files": {"f_1": {"name": "a.bin", "bytes": b"\x7fELF\0\0"}}},
        ),
        Example({"file": _FILE, "pages": "3-1"}, {"error": {"code": "bad_pages"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        wanted = spans(input.pages)
        with tempfile.TemporaryDirectory(prefix="luban-document-") as folder:
            place = Path(folder)
            path = await saved(ctx, input.file, place, "document", input.max_megabytes)
            order = {
                "do": "read",
                "path": path,
                "pages": wanted,
                "password": input.password,
                "layout": input.layout,
                "most": input.page_limit,
                "characters": input.character_limit,
                "memory_mb": input.memory,
            }
            told = await worked(order, input.file.name, place, input.timeout)
        if told["kind"] == "other":
            told = await _text(input, ctx)
        return {
            "text": "\n\n".join(page for page in told["pages"] if page),
            "pages": told["pages"],
            "page_count": told["count"],
            "format": told["kind"],
            "metadata": told["metadata"],
            "complete": not told["cut"],
        }


async def _text(input: DocumentToText.Input, ctx: Context) -> dict[str, Any]:
    raw = await content(ctx, input.file, input.max_megabytes)
    if b"\0" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BlockError(
            f"`{input.file.name}` is none of the documents that can be read: PDF, .docx, .pptx, "
            ".xlsx, .odt, HTML, Markdown, plain text. Convert it to one of them.",
            zh=f"“{input.file.name}”不是可读取的文档。支持 PDF、.docx、.pptx、.xlsx、.odt、HTML、"
            "Markdown 和纯文本，请先转换格式。",
            code="unknown_document",
        )
    text = await asyncio.to_thread(decode, raw)
    kind = "text"
    if input.file.type == "text/html" or _HTML.match(raw[:4096]):
        kind, text = "html", await asyncio.to_thread(_markdown, text)
    kept = text[: input.character_limit]
    return {
        "kind": kind,
        "pages": [kept],
        "count": 1,
        "metadata": {},
        "cut": len(kept) < len(text),
    }


def _markdown(html: str) -> str:
    from markdownify import markdownify

    check_length(html)
    check_nesting(html)
    text = markdownify(safe(html), heading_style="ATX", strip=["img"])
    return _EMPTY_LINES.sub("\n\n", text).strip()
