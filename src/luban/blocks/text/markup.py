"""Markdown and HTML, one made from the other; what a browser could be harmed by is left out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from luban.sdk import BlockError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 2_000_000
"""Characters; a million take about a second."""


@cache
def parser() -> MarkdownIt:
    """CommonMark with tables and strikethrough; HTML in it is read as text."""
    from markdown_it import MarkdownIt

    options: dict[str, Any] = {"html": False, "breaks": False}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])


def to_html(markdown: str) -> str:
    """HTML that may be shown to anybody."""
    check_length(markdown)
    return safe(parser().render(markdown)).strip()


def safe(html: str) -> str:
    """The HTML without scripts, handlers, frames, forms, and addresses that run."""
    import nh3

    allowed = {**nh3.ALLOWED_ATTRIBUTES, "th": {"style", "colspan"}, "td": {"style", "colspan"}}
    return nh3.clean(
        html,
        attributes={**allowed, "code": {"class"}},
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto", "tel"},
    )


def check_length(text: str) -> None:
    """Raises `BlockError`."""
    if len(text) > LONGEST:
        raise BlockError(
            f"The text has {len(text):,} characters; at most {LONGEST:,} can be converted. "
            "Split it first.",
            zh=f"文本有 {len(text):,} 个字符，最多可转换 {LONGEST:,} 个。请先切分。",
            code="text_too_long",
        )
