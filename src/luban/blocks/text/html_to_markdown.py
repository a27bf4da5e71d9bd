"""HTML made into Markdown."""

from __future__ import annotations

import asyncio
from typing import Any

import regex

from luban.blocks.text.markup import check_length, check_nesting, safe
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

_EMPTY_LINES = regex.compile(r"\n{3,}")


class HtmlToMarkdown(Block):
    """Makes HTML, such as that of a letter, into Markdown: short, and easy to read for a model.

    For a page with menus around its text, see Page to text.
    """

    id = "text.html_to_markdown"
    title = "HTML to Markdown"
    category = "text"
    effect = Effect.NONE
    icon = "file-type"
    keywords = ("convert", "strip tags", "plain text", "e-mail", "clean")
    exempt = (("failure", "only huge or deeply nested pages are refused, see test_large_inputs"),)

    class Input(BlockInput):
        html: str = Field(title="HTML", description="A page or a part of one.", widget="textarea")
        links: bool = Field(
            True, title="Keep links", description="Write links as `[words](address)`."
        )
        images: bool = Field(
            False, title="Keep images", description="Write images as `![words](address)`."
        )

    class Output(BlockOutput):
        markdown: str = Field(title="Markdown", description="The text.")

    examples = (
        Example(
            {"html": "<h2>桥</h2><p>one <b>two</b></p><ul><li>a</li></ul><script>x</script>"},
            {"markdown": "## 桥\n\none **two**\n\n* a"},
        ),
        Example(
            {"html": '<a href="https://x.org">x</a><img src="i.png" alt="i">', "links": False},
            {"markdown": "x"},
        ),
    )

    async def run(self, input: Input) -> dict[str, str]:
        check_length(input.html)
        return {"markdown": await asyncio.to_thread(_converted, input)}


def _converted(input: HtmlToMarkdown.Input) -> str:
    from markdownify import markdownify

    left_out = [] if input.links else ["a"]
    left_out += [] if input.images else ["img"]
    check_nesting(input.html)
    options: dict[str, Any] = (
        {"heading_style": "ATX", "strip": left_out} if left_out else {"heading_style": "ATX"}
    )
    text = markdownify(safe(input.html), **options)
    return _EMPTY_LINES.sub("\n\n", text).strip()
