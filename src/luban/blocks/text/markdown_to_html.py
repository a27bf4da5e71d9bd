"""Markdown made into HTML."""

from __future__ import annotations

import asyncio

from luban.blocks.text.markup import to_html
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class MarkdownToHtml(Block):
    """Makes Markdown into HTML for a page or a letter; scripts and the like never get through."""

    id = "text.markdown_to_html"
    title = "Markdown to HTML"
    category = "text"
    effect = Effect.NONE
    icon = "file-code"
    keywords = ("convert", "render", "web page", "e-mail", "commonmark", "table")
    exempt = (("failure", "only two million characters are refused, see test_large_inputs"),)

    class Input(BlockInput):
        markdown: str = Field(
            title="Markdown", description="Text with headings, lists, tables.", widget="textarea"
        )

    class Output(BlockOutput):
        html: str = Field(title="HTML", description="A part of a page, without <html> around it.")

    examples = (
        Example(
            {"markdown": "# 桥\n\n*one* [a](https://x.org)"},
            {
                "html": "<h1>桥</h1>\n<p><em>one</em> "
                '<a href="https://x.org" rel="noopener noreferrer">a</a></p>'
            },
        ),
        Example(
            {"markdown": "<script>x</script> [a](javascript:x)"},
            {"html": "<p>&lt;script&gt;x&lt;/script&gt; [a](javascript:x)</p>"},
        ),
    )

    async def run(self, input: Input) -> dict[str, str]:
        return {"html": await asyncio.to_thread(to_html, input.markdown)}
