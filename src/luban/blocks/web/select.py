"""Pieces of a page, found by a CSS selector."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from luban.blocks.web.pages import Html, base_of, joined, source
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
)

_ADDRESSES = frozenset({"href", "src", "action", "poster"})
_PAGE = "<ul><li class=a>One <b>1</b></li><li>Two</li></ul><a href='/x'>X</a>"


class Select(Block):
    """Gives the texts, HTML or attributes of what a CSS selector finds on a page."""

    id = "web.select"
    title = "Select from a page"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "mouse-pointer-click"
    keywords = ("css", "selector", "query", "scrape", "html", "extract", "element", "parse")

    class Input(BlockInput):
        selector: str = Field(
            title="Selector",
            description="CSS, such as `article h2` or `a.price[href]`.",
            min_length=1,
            max_length=2000,
        )
        url: str = Field("", title="Address", description="The page: https://…")
        html: str = Field(
            "",
            title="HTML",
            description="A page you already have; the address is then only where it is from.",
        )
        take: Literal["text", "html", "inner_html", "attribute"] = Field(
            "text", title="Take", description="What of each piece that is found."
        )
        attribute: str = Field(
            "href", title="Attribute", description="Which one; addresses become whole."
        )
        limit: int = Field(
            100, ge=0, le=10_000, title="Most pieces", description="0 gives all of them."
        )
        robots: bool = Field(
            False,
            title="Respect robots.txt",
            description="Read the page only if its site lets programs read it.",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=300, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        match: str = Emit("One after another, as they stand.", title="Piece", main=True)
        matches: list[str] = Field(title="Pieces", description="All of them as one list.")
        first: str = Field(title="First", description="The first one; silent if there is none.")
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example(
            {"selector": "li", "html": _PAGE},
            {"match": ["One 1", "Two"], "matches": ["One 1", "Two"], "first": "One 1", "count": 2},
        ),
        Example(
            {"selector": "a", "html": _PAGE, "url": "https://p.test/y/", "take": "attribute"},
            {
                "match": ["https://p.test/x"],
                "matches": ["https://p.test/x"],
                "first": "https://p.test/x",
                "count": 1,
            },
        ),
        Example({"selector": "h1", "html": _PAGE}, {"matches": [], "count": 0}),
        Example({"selector": "p[", "html": _PAGE}, {"error": {"code": "bad_selector"}}),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        html = await source(ctx, input.url, input.html, timeout=input.timeout, robots=input.robots)
        found = await asyncio.to_thread(_found, html, input)
        sent = Emissions(("match", each) for each in found)
        sent += [("matches", found), ("count", len(found))]
        if found:
            sent.append(("first", found[0]))
        return sent


def _found(html: Html, input: Select.Input) -> list[str]:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    tree: Any = LexborHTMLParser(html.text)
    try:
        nodes = tree.css(input.selector)
    except SelectolaxError as error:
        raise BlockError(
            f"`{input.selector}` is no CSS selector. Write one such as `article h2`.",
            zh=f"“{input.selector}”不是有效的 CSS 选择器。请写成例如 `article h2`。",
            code="bad_selector",
        ) from error
    start = base_of(tree, html.url)
    taken = (_taken(node, input, start) for node in nodes)
    kept = [each for each in taken if each is not None]
    return kept[: input.limit] if input.limit else kept


def _taken(node: Any, input: Select.Input, start: str) -> str | None:
    if input.take == "html":
        return node.html or ""
    if input.take == "inner_html":
        return node.inner_html or ""
    if input.take == "text":
        return " ".join(node.text(separator=" ").split())
    value = node.attributes.get(input.attribute.lower(), "\0")
    if value == "\0":
        return None
    if input.attribute.lower() in _ADDRESSES:
        return joined(start, value or "") or value or ""
    return value or ""
