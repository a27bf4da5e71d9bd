"""A report for people to keep: a file of Markdown, HTML or PDF."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from luban.blocks.io.report_html import make_page
from luban.blocks.io.report_pdf import Layout, make_pdf
from luban.blocks.text.markup import check_length
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
from luban.sdk.template import render

_ENDINGS = {"markdown": "md", "html": "html", "pdf": "pdf"}
_TYPES = {"markdown": "text/markdown", "html": "text/html", "pdf": "application/pdf"}
_LARGEST_IMAGE = 20_000_000


class Report(Block):
    """Makes a file out of Markdown: headings, tables, lists, code and pictures, as PDF or a page.

    Chinese is written right in all of them.
    """

    id = "io.report"
    title = "Report"
    category = "output"
    effect = Effect.IDEMPOTENT
    icon = "file-chart-column"
    keywords = ("pdf", "html", "markdown", "document", "generate", "export", "print")

    class Input(BlockInput):
        content: str = Field(
            title="Text",
            description="Markdown; with values below, `{{ name }}` is where a value goes.",
            widget="template",
        )
        values: dict[str, Any] = Field(
            default_factory=dict,
            title="Values",
            description="Fill the slots of the text; link to `values.name`.",
        )
        images: dict[str, FileRef] = Field(
            default_factory=dict,
            title="Pictures",
            description="Link a picture to `images.chart`; in the text it is "
            "`![what it shows](chart)`.",
        )
        format: Literal["pdf", "html", "markdown"] = Field(
            "pdf", title="Format", description="What kind of file."
        )
        title: str = Field("", title="Title", description="Stands above everything.")
        file_name: str = Field(
            "", title="File name", description="Empty makes it of the title, such as Sales.pdf."
        )
        paper: Literal["A4", "A3", "A5", "LETTER", "LEGAL"] = Field(
            "A4", title="Paper", description="Of PDF.", advanced=True
        )
        landscape: bool = Field(
            False, title="Landscape", description="Of PDF: wider than high.", advanced=True
        )
        page_numbers: bool = Field(
            True, title="Page numbers", description="Of PDF: below each page.", advanced=True
        )
        language: str = Field(
            "zh-CN",
            title="Language",
            description="Of HTML: what language browsers take it for.",
            pattern=r"^[A-Za-z0-9-]{2,20}$",
            advanced=True,
        )

    class Output(BlockOutput):
        file: FileRef = Field(title="File", description="The report.", main=True)
        text: str = Field(title="Text", description="The filled Markdown.")

    examples = (
        Example(
            {"content": "# {{ n }}", "values": {"n": "桥"}, "format": "markdown", "title": "桥"},
            {
                "file": {"$file": "f_1", "name": "桥.md", "type": "text/markdown", "size": 6},
                "text": "# 桥",
            },
        ),
        Example(
            {"content": "*a*", "format": "html", "file_name": "a.html", "language": "en"},
            {
                "file": {"$file": "f_1", "name": "a.html", "type": "text/html", "size": 745},
                "text": "*a*",
            },
        ),
        Example(
            {"content": "![x](a)", "images": {"a": {"$file": "f_a", "name": "a.png"}}},
            {"error": {"code": "bad_image"}},
            {"files": {"f_a": {"name": "a.png", "text": "no picture"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        text = render(input.content, input.values, strict=True) if input.values else input.content
        check_length(text)
        images = {name: (ref.type, await _image(ref, ctx)) for name, ref in input.images.items()}
        content = await asyncio.to_thread(_made, text, images, input)
        ref = await ctx.files.write(_name(input), content, _TYPES[input.format])
        return {"file": ref.as_value(), "text": text}


async def _image(ref: FileRef, ctx: Context) -> bytes:
    if ref.size > _LARGEST_IMAGE:
        raise BlockError(
            f"The picture {ref.name} has {ref.size:,} bytes; at most {_LARGEST_IMAGE:,} fit into a "
            "report. Make it smaller with Resize image.",
            zh=f"图片 {ref.name} 有 {ref.size:,} 字节，报告最多容纳 {_LARGEST_IMAGE:,} 字节。"
            "请先缩小图片。",
            code="bad_image",
        )
    return await ctx.files.read(ref)


def _made(text: str, images: dict[str, tuple[str, bytes]], input: Report.Input) -> bytes:
    match input.format:
        case "markdown":
            whole = (
                f"# {input.title}\n\n{text}" if input.title and not text.startswith("# ") else text
            )
            return f"{whole.rstrip()}\n".encode()
        case "html":
            return make_page(text, images, input.title, input.language).encode()
        case "pdf":
            layout = Layout(input.title, input.paper, input.landscape, input.page_numbers)
            pictures = {name: content for name, (_, content) in images.items()}
            return make_pdf(text, pictures, layout)


def _name(input: Report.Input) -> str:
    given = input.file_name.strip()
    if any(sign in given for sign in "/\\\0") or given in (".", ".."):
        raise BlockError(
            f"`{given}` is no file name. Leave out folders, such as in report.pdf.",
            zh=f"“{given}”不是文件名。请不要包含文件夹，例如 report.pdf。",
            code="bad_file_name",
        )
    if given:
        return given
    plain = "".join(" " if sign in '/\\\0:*?"<>|\n' else sign for sign in input.title).strip(" .")
    return f"{plain[:80] or 'report'}.{_ENDINGS[input.format]}"
