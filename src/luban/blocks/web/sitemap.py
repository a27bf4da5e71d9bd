"""The pages that a site lists for those who read it by program."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from luban.blocks.web.addresses import address
from luban.blocks.web.fetch import fetch
from luban.blocks.web.robots import Robots
from luban.blocks.web.sitemap_files import Listed, read_sitemap
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

_MOST_FETCHED = 20_000_000
_HEAD = '<?xml version="1.0"?>'
_NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_INDEX = (
    f"{_HEAD}<sitemapindex {_NS}><sitemap><loc>https://s.test/a.xml</loc></sitemap></sitemapindex>"
)
_MAP = (
    f"{_HEAD}<urlset {_NS}><url><loc>https://s.test/1</loc><lastmod>2026-01-31</lastmod></url>"
    "<url><loc>https://s.test/blog/2</loc></url></urlset>"
)
_WORLD = {
    "http": {
        "https://s.test/robots.txt": {"text": "Sitemap: https://s.test/index.xml"},
        "https://s.test/index.xml": {"text": _INDEX},
        "https://s.test/a.xml": {"text": _MAP},
    }
}
_ONE = {"url": "https://s.test/1", "modified": "2026-01-31"}
_TWO = {"url": "https://s.test/blog/2", "modified": ""}


class Sitemap(Block):
    """Gives the pages of a site from its sitemap, also from one that lists further sitemaps.

    Given the address of a site and not of a sitemap, it finds it by robots.txt or under the usual
    name.
    """

    id = "web.sitemap"
    title = "Pages of a sitemap"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "map"
    keywords = ("sitemap.xml", "urls", "site", "index", "crawl", "seo", "pages")

    class Input(BlockInput):
        url: str = Field(
            title="Address", description="Of a site or of its sitemap: https://…", min_length=1
        )
        contains: str = Field(
            "", title="Contains", description="Only addresses with this text in them."
        )
        limit: int = Field(
            1000, ge=1, le=100_000, title="Most pages", description="It ends with so many."
        )
        most_files: int = Field(
            50,
            ge=1,
            le=1000,
            title="Most sitemaps",
            description="How many files are fetched at most.",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=300, title="Time limit", description="Seconds, for a file.", advanced=True
        )

    class Output(BlockOutput):
        page: dict[str, str] = Emit("One after another: `url` and `modified`.", title="Page")
        pages: list[dict[str, str]] = Field(
            title="Pages", description="All of them as one list.", main=True
        )
        count: int = Field(title="Count", description="How many there are.")
        complete: bool = Field(
            title="Complete", description="Whether the end was reached, and not a limit."
        )

    examples = (
        Example(
            {"url": "https://s.test"},
            {"page": [_ONE, _TWO], "pages": [_ONE, _TWO], "count": 2, "complete": True},
            _WORLD,
        ),
        Example(
            {"url": "https://s.test/a.xml", "contains": "/blog/"},
            {"page": [_TWO], "pages": [_TWO], "count": 1, "complete": True},
            _WORLD,
        ),
        Example(
            {"url": "https://s.test/page.xml"},
            {"error": {"code": "not_a_sitemap"}},
            {"http": {"https://s.test/page.xml": {"text": "<html><body>Hi</body></html>"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        waiting = deque(await _starts(input, ctx))
        found: dict[str, dict[str, str]] = {}
        files: set[str] = set()
        while waiting and len(files) < input.most_files and len(found) < input.limit:
            url = waiting.popleft()
            if url in files:
                continue
            files.add(url)
            listed = await _listed(url, input, ctx)
            waiting.extend(listed.sitemaps)
            for page in listed.pages:
                if input.contains in page["url"]:
                    found.setdefault(page["url"], page)
            ctx.progress(len(found), input.limit)
        pages = list(found.values())[: input.limit]
        sent = Emissions(("page", page) for page in pages)
        left = len(found) > len(pages) or any(each not in files for each in waiting)
        sent += [("pages", pages), ("count", len(pages)), ("complete", not left)]
        return sent


async def _starts(input: Sitemap.Input, ctx: Context) -> list[str]:
    url = address(input.url)
    parts = urlsplit(url)
    if parts.path.strip("/"):
        return [url]
    told = await Robots(ctx, input.timeout).sitemaps(url)
    return told or [f"{parts.scheme}://{parts.netloc}/sitemap.xml"]


async def _listed(url: str, input: Sitemap.Input, ctx: Context) -> Listed:
    answer = await fetch(ctx, url, accept="*/*", timeout=input.timeout, max_bytes=_MOST_FETCHED)
    read: Any = await asyncio.to_thread(read_sitemap, answer.content, answer.url)
    return read
