"""Where a page leads to."""

from __future__ import annotations

import asyncio
from typing import Any, Literal
from urllib.parse import urlsplit

from luban.blocks.web.pages import Html, links_of, source, without_fragment
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
)

_MOST_LINKS = 5000
_PAGE = (
    "<a href='/a#top'>A</a><a href='/a'>A again</a><a href='https://other.test/b'>B</a>"
    "<a href='mailto:a@b.c'>Mail</a>"
)
_A = {"text": "A", "url": "https://page.test/a"}
_B = {"text": "B", "url": "https://other.test/b"}
_WORLD = {"http": {"https://page.test/": {"text": _PAGE, "headers": {"content-type": "text/html"}}}}


class Links(Block):
    """Gives the links of a page, each address once, as whole addresses."""

    id = "web.links"
    title = "Links of a page"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "link"
    keywords = ("urls", "href", "anchors", "scrape", "extract", "crawl", "outgoing")

    class Input(BlockInput):
        url: str = Field("", title="Address", description="The page: https://…")
        html: str = Field(
            "",
            title="HTML",
            description="A page you already have; the address is then only where it is from.",
        )
        site: Literal["any", "same", "other"] = Field(
            "any",
            title="Which",
            description="All links, only those within the site, or only those that lead out.",
        )
        contains: str = Field(
            "", title="Contains", description="Only addresses with this text in them."
        )
        limit: int = Field(
            500, ge=0, le=_MOST_LINKS, title="Most links", description="0 gives all of them."
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
        link: dict[str, str] = Emit("One after another: `text` and `url`.", title="Link", main=True)
        links: list[dict[str, str]] = Field(title="Links", description="All of them as one list.")
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example(
            {"url": "https://page.test/"},
            {"link": [_A, _B], "links": [_A, _B], "count": 2},
            _WORLD,
        ),
        Example(
            {"url": "https://page.test/", "html": _PAGE, "site": "same"},
            {"link": [_A], "links": [_A], "count": 1},
        ),
        Example({}, {"error": {"code": "no_page_given"}}),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        html = await source(ctx, input.url, input.html, timeout=input.timeout, robots=input.robots)
        found = await asyncio.to_thread(_read, html)
        home = urlsplit(html.url).hostname
        kept = [
            {"text": text, "url": url}
            for url, text in found.items()
            if input.contains in url
            and (input.site == "any" or (urlsplit(url).hostname == home) == (input.site == "same"))
        ]
        links = kept[: input.limit] if input.limit else kept
        sent = Emissions(("link", link) for link in links)
        sent += [("links", links), ("count", len(links))]
        return sent


def _read(html: Html) -> dict[str, str]:
    from selectolax.lexbor import LexborHTMLParser

    found: dict[str, str] = {}
    tree: Any = LexborHTMLParser(html.text)
    for url, text in links_of(tree, html.url, _MOST_LINKS).items():
        found.setdefault(without_fragment(url), text)
    return found
