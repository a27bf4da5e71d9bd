"""Markdown and HTML, one made from the other; what a browser could be harmed by is left out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import regex

from luban.sdk import BlockError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_DEEPEST = 200
_TAG = regex.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_LEFT_OPEN = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "option",
        "colgroup",
    ]
)
"""Elements that have no end, or whose end may be left out."""

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


def check_nesting(html: str) -> None:
    """Raises `BlockError`: cleaning takes time that grows with the square of the depth."""
    depth = 0
    for tag in _TAG.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + (tag[2].lower() not in _LEFT_OPEN)
        if depth > _DEEPEST:
            raise BlockError(
                f"The HTML has more than {_DEEPEST} elements inside each other. Give a part of it.",
                zh=f"HTML 嵌套超过 {_DEEPEST} 层。请只给出其中一部分。",
                code="nested_too_deeply",
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
