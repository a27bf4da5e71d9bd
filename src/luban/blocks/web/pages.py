"""Pages of the web as the blocks of this family get them: fetched, or given as HTML."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from luban.blocks.web.addresses import address, shown
from luban.blocks.web.fetch import fetch
from luban.blocks.web.robots import Robots
from luban.sdk import BlockError, Context, HttpResponse

MOST_FETCHED = 5_000_000
MOST_READ = 2_000_000
"""Characters of HTML that are looked at; reading takes a second for a few million."""
ACCEPT = "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.5"


class Html(NamedTuple):
    """A page's source, and where it is from."""

    text: str
    url: str


async def fetched(ctx: Context, url: str, *, timeout: float, robots: bool = False) -> HttpResponse:
    """A page that is really there; with `robots`, only one that its site lets be read."""
    if robots:
        await Robots(ctx, timeout).check(address(url))
    return await fetch(ctx, url, accept=ACCEPT, timeout=timeout, max_bytes=MOST_FETCHED)


async def source(
    ctx: Context, url: str, html: str, *, timeout: float, robots: bool = False
) -> Html:
    """HTML that was given, with the address as its own, or else the page at the address."""
    if html:
        return Html(html[:MOST_READ], address(url) if url else "")
    if not url.strip():
        raise BlockError(
            "There is neither an address nor HTML. Give one of them.",
            zh="既没有网址，也没有 HTML。请提供其中之一。",
            code="no_page_given",
        )
    answer = await fetched(ctx, url, timeout=timeout, robots=robots)
    is_html(answer)
    return Html(answer.text[:MOST_READ], answer.url)


def is_html(answer: HttpResponse) -> bool:
    """Whether to read it as HTML or as it is. Raises `BlockError` for what is no text."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("", "text/html", "application/xhtml+xml"):
        return True
    if kind.startswith("text/") or kind.endswith(("json", "xml")):
        return False
    raise BlockError(
        f"`{shown(answer.url)}` is not a page but {kind}. Fetch it with an HTTP request instead.",
        zh=f"“{shown(answer.url)}”不是网页，而是 {kind}。请改用“HTTP 请求”获取。",
        code="not_a_page",
    )


def links_of(tree: Any, url: str, most: int) -> dict[str, str]:
    """Addresses of the web that the page leads to, each with the words of its first link."""
    start = base_of(tree, url)
    links: dict[str, str] = {}
    for anchor in tree.css("a[href], area[href]"):
        target = joined(start, anchor.attributes["href"] or "")
        if target and len(links) < most:
            links.setdefault(target, " ".join(anchor.text().split()))
    return links


def base_of(tree: Any, url: str) -> str:
    """Where the page's relative addresses begin."""
    declared = tree.css_first("base[href]")
    return joined(url, declared.attributes["href"] or "") or url if declared else url


def joined(start: str, target: str) -> str:
    """The target as a whole web address; empty where it is none, such as `mailto:` or `http://[`."""
    try:
        whole = urljoin(start, target.strip())
        parts = urlsplit(whole)
    except ValueError:
        return ""
    return whole if parts.scheme in ("http", "https") and parts.netloc else ""


def without_fragment(url: str) -> str:
    """Two addresses that differ behind `#` are one page."""
    return urldefrag(url)[0]
