"""Texts and patterns made to take everything, or to get where they should not, get nowhere."""

from __future__ import annotations

import time
from typing import Any

import pytest

from luban.blocks.text.clean import Clean
from luban.blocks.text.code_blocks import CodeBlocks
from luban.blocks.text.count import Count
from luban.blocks.text.decode import Decode
from luban.blocks.text.diff import Diff
from luban.blocks.text.find import Find
from luban.blocks.text.html_to_markdown import HtmlToMarkdown
from luban.blocks.text.markdown_to_html import MarkdownToHtml
from luban.blocks.text.similarity import Similarity
from luban.blocks.text.split import Split
from luban.blocks.time.parse import Parse
from luban.sdk import BlockError
from luban.sdk.testing import run_block

LONG = 50_000
KINDS = ("emails", "urls", "numbers", "dates", "phones", "mentions", "addresses")


async def tried(block: Any, **inputs: Any) -> dict[str, Any] | str:
    """What came out, or the code of the error; either way soon."""
    started = time.process_time()
    try:
        return await run_block(block, **inputs)
    except BlockError as told:
        return told.code
    finally:
        assert time.process_time() - started < 4


@pytest.mark.parametrize("kind", KINDS)
async def test_finding_is_done_soon(kind: str) -> None:
    for unit in ("a.", "1,111", "@a", "+1 (1) 1-", "http://(", "1.", "2026年1"):
        await tried(Find, text=unit * (9_000 // len(unit)), kind=kind)


@pytest.mark.parametrize(
    ("block", "inputs"),
    [
        (Split, {"text": "a." * LONG, "by": "sentences", "size": 50}),
        (Split, {"text": "\n \n" * LONG, "by": "paragraphs"}),
        (Split, {"text": "# " * LONG + "```\n" * 999, "by": "sections"}),
        (Split, {"text": "a" * LONG, "by": "tokens", "size": 10, "overlap": 9}),
        (Count, {"text": "…“”" * LONG}),
        (Clean, {"text": " \u200b\n" * LONG, "width": True, "accents": True}),
        (CodeBlocks, {"text": "```" * LONG}),
        (CodeBlocks, {"text": "```x\n" * LONG}),
        (MarkdownToHtml, {"markdown": "[" * 9_000 + "a" + "](b)" * 9_000}),
        (MarkdownToHtml, {"markdown": "*_" * 9_000}),
        (MarkdownToHtml, {"markdown": ">" * 20_000}),
        (MarkdownToHtml, {"markdown": "| a " * 5_000 + "|\n" + "|-" * 5_000 + "|"}),
        (HtmlToMarkdown, {"html": "<div>" * 400_000}),
        (HtmlToMarkdown, {"html": "<div>" * 199}),
        (HtmlToMarkdown, {"html": "<a href=" * 20_000}),
        (Decode, {"text": "\\u" * LONG, "format": "escapes"}),
        (Decode, {"text": "&#" * LONG, "format": "html"}),
        (Diff, {"before": "ab" * 4_000, "after": "ba" * 4_000, "format": "words"}),
        (Similarity, {"text": "ab" * 999, "candidates": ["ba" * 999]}),
        (Parse, {"text": "1" * LONG}),
        (Parse, {"text": "下" * 99}),
        (Parse, {"text": "1 " * 50}),
    ],
)
async def test_hostile_texts_are_done_soon(block: Any, inputs: dict[str, Any]) -> None:
    await tried(block, **inputs)


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<a href=' java\tscript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>'>x</a>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<iframe src='https://x.org'></iframe><form action=x><input></form>",
        "<p style='background:url(https://x.org)'>x</p>",
    ],
)
async def test_no_html_gets_through_markdown(html: str) -> None:
    got = await run_block(MarkdownToHtml, markdown=f"{html}\n\n[a]({html})\n\n![b](x 'c\" d')")
    page = got["html"][0].lower()
    for mark in ("<script", "<img src=x", "<svg", "<iframe", "<form", "<style", 'href=" java'):
        assert mark not in page
    markdown = await run_block(HtmlToMarkdown, html=html, images=True)
    assert "javascript:" not in markdown["markdown"][0].replace("\t", "")
    assert "data:" not in markdown["markdown"][0]
