"""Page after page of a site."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from luban.blocks.web.addresses import address
from luban.blocks.web.pages import MOST_READ, fetched, is_html, without_fragment
from luban.blocks.web.reading import read_page
from luban.blocks.web.robots import Robots
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emit,
    Example,
    Field,
)

_MOST_WAITING = 20_000
_HTML = {"content-type": "text/html"}


def _told(title: str, body: str) -> dict[str, Any]:
    return {"text": f"<title>{title}</title><p>{body}</p>", "headers": _HTML}


_WORLD = {
    "http": {
        "https://s.test/robots.txt": {"text": "User-agent: *\nDisallow: /private"},
        "https://s.test/": _told(
            "Home", "Hi <a href='/a'>a</a> <a href='/private/b'>b</a> <a href='//o.test/'>o</a>"
        ),
        "https://s.test/a": _told("A", "Text <a href='/'>home</a> <a href='/gone'>g</a>"),
        "https://s.test/gone": {"status": 404},
    }
}
_HOME = {"url": "https://s.test/", "title": "Home", "text": "Hi a b o", "depth": 0}
_A = {"url": "https://s.test/a", "title": "A", "text": "Text home g", "depth": 1}


class Crawl(Block):
    """Reads a site from a page onwards, nearest pages first, as far as its robots.txt lets it.

    Each page is given as soon as it is read. Pages that cannot be read are listed and do not end
    the crawl.
    """

    id = "web.crawl"
    title = "Crawl a site"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "network"
    keywords = ("spider", "scrape", "website", "pages", "recursive", "index", "knowledge base")

    class Input(BlockInput):
        url: str = Field(title="Address", description="Where to begin.", min_length=1)
        most_pages: int = Field(
            20, ge=1, le=1000, title="Most pages", description="It ends with so many."
        )
        depth: int = Field(
            2, ge=0, le=20, title="Depth", description="How many links away from the beginning."
        )
        within: Literal["host", "domain", "path"] = Field(
            "host",
            title="Stay within",
            description="The same host; also hosts below it; or only pages below the address.",
        )
        contains: list[str] = Field(
            default_factory=list[str],
            title="Only with",
            description="Addresses must have one of these texts in them; empty: any.",
        )
        without: list[str] = Field(
            default_factory=list[str],
            title="Not with",
            description="Addresses with one of these texts are left out.",
        )
        max_length: int = Field(
            20_000, ge=0, title="Most characters", description="Of a page; 0 keeps all."
        )
        delay: float = Field(
            1.0,
            ge=0,
            le=60,
            title="Pause",
            description="Seconds between two pages; more if the site asks for more.",
        )
        robots: bool = Field(
            True,
            title="Respect robots.txt",
            description="Read only what the site lets programs read.",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=300, title="Time limit", description="Seconds, for a page.", advanced=True
        )

    class Output(BlockOutput):
        page: dict[str, Any] = Emit(
            "One after another: url, title, text (Markdown), depth.", title="Page", main=True
        )
        pages: list[dict[str, Any]] = Field(
            title="Pages", description="All of them as one list, at the end."
        )
        failed: list[dict[str, str]] = Field(
            title="Failed", description="Pages that could not be read: `url` and `reason`."
        )
        count: int = Field(title="Count", description="How many were read.")

    examples = (
        Example(
            {"url": "https://s.test/", "delay": 0},
            {
                "page": [_HOME, _A],
                "pages": [_HOME, _A],
                "failed": [
                    {
                        "url": "https://s.test/gone",
                        "reason": "`https://s.test/gone` answered 404. Check the address, and "
                        "whether it needs a sign-in.",
                    }
                ],
                "count": 2,
            },
            _WORLD,
        ),
        Example(
            {"url": "https://s.test/private/b", "delay": 0},
            {"error": {"code": "robots_forbid"}},
            _WORLD,
        ),
    )

    async def run(self, input: Input, ctx: Context) -> AsyncIterator[tuple[str, Any]]:
        trip = _Trip(input, ctx)
        pages: list[dict[str, Any]] = []
        failed: list[dict[str, str]] = []
        async for seen in trip.pages():
            if seen.failure is not None:
                if not pages and not trip.waiting:
                    raise seen.failure  # not even the beginning can be read
                failed.append({"url": seen.url, "reason": str(seen.failure)})
                continue
            page = {
                "url": seen.url,
                "title": seen.title,
                "text": seen.text[: input.max_length or None],
                "depth": seen.depth,
            }
            pages.append(page)
            ctx.progress(len(pages), input.most_pages, seen.title)
            yield "page", page
        yield "pages", pages
        yield "failed", failed
        yield "count", len(pages)


class _Seen(NamedTuple):
    """A page that was read, or could not be."""

    url: str
    depth: int
    title: str = ""
    text: str = ""
    failure: BlockError | None = None


class _Trip:
    """Where a crawl is: what it knows of, and what it has yet to read."""

    def __init__(self, input: Crawl.Input, ctx: Context) -> None:
        self._input = input
        self._ctx = ctx
        self._robots = Robots(ctx, input.timeout)
        self._start = address(input.url)
        self._known = {without_fragment(self._start)}
        self.waiting = deque([(self._start, 0)])

    async def pages(self) -> AsyncIterator[_Seen]:
        read = 0
        if self._input.robots:
            await self._robots.check(self._start)
        while self.waiting and read < self._input.most_pages:
            url, depth = self.waiting.popleft()
            if read:
                await asyncio.sleep(await self._pause(url))
            try:
                seen = await self._read(url, depth)
            except BlockError as failure:
                seen = _Seen(url, depth, failure=failure)
            if seen is not None:
                read += 1
                yield seen

    async def _pause(self, url: str) -> float:
        asked = await self._robots.delay(url) if self._input.robots else 0.0
        return max(self._input.delay, asked)

    async def _read(self, url: str, depth: int) -> _Seen | None:
        if self._input.robots and not await self._robots.allows(url):
            return None
        answer = await fetched(self._ctx, url, timeout=self._input.timeout)
        landed = without_fragment(answer.url)
        if landed != without_fragment(url) and (landed in self._known or not self._within(landed)):
            return None  # it was only a way to a page that is known, or not wanted
        self._known.add(landed)
        if not is_html(answer):
            return _Seen(landed, depth, "", answer.text)
        html = answer.text[:MOST_READ]
        text, title, links = await asyncio.to_thread(read_page, html, answer.url, False)
        if depth < self._input.depth:
            self._add([link["url"] for link in links], depth + 1)
        return _Seen(landed, depth, title, text.strip())

    def _add(self, urls: list[str], depth: int) -> None:
        for url in map(without_fragment, urls):
            if url not in self._known and len(self._known) < _MOST_WAITING and self._within(url):
                self._known.add(url)
                self.waiting.append((url, depth))

    def _within(self, url: str) -> bool:
        there, home = urlsplit(url), urlsplit(self._start)
        same = there.hostname == home.hostname and there.port == home.port
        if self._input.within == "domain":
            host, base = there.hostname or "", (home.hostname or "").removeprefix("www.")
            same = host == base or host.endswith(f".{base}")
        elif self._input.within == "path":
            same = same and there.path.startswith(home.path.rpartition("/")[0] + "/")
        wanted = not self._input.contains or any(each in url for each in self._input.contains)
        return same and wanted and not any(each in url for each in self._input.without)
