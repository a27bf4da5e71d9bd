"""How each search engine is asked, and what its answer says."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit

from luban.blocks.web.addresses import address, shown
from luban.blocks.web.fetch import check, first_line
from luban.blocks.web.pages import joined
from luban.sdk import BlockError, Context, HttpResponse, OpenCredential, TemporaryError

_MOST_BYTES = 5_000_000
_LETTERS = {"day": "d", "week": "w", "month": "m", "year": "y"}
_TAGS = re.compile(r"<[^<>]{0,200}>")


class Search(NamedTuple):
    """What is wanted, whoever is asked."""

    query: str
    limit: int
    site: str
    period: str
    language: str
    timeout: float

    @property
    def words(self) -> str:
        """The query with its site, as engines without a parameter for it take it."""
        return f"{self.query} site:{self.site}" if self.site else self.query


class Result(NamedTuple):
    """One thing that was found."""

    title: str
    url: str
    snippet: str
    published: str


class Engine(Protocol):
    """One kind of search engine."""

    name: str

    async def search(
        self, ctx: Context, wanted: Search, place: str, credential: OpenCredential | None
    ) -> list[Result]: ...


class SearXng:
    """The JSON of a SearXNG, which its administrator must have switched on."""

    name = "searxng"

    async def search(
        self, ctx: Context, wanted: Search, place: str, credential: OpenCredential | None
    ) -> list[Result]:
        base = address(place or (credential or {}).get("base_url", ""))
        asked = {
            "q": wanted.words,
            "format": "json",
            "language": wanted.language or None,
            "time_range": wanted.period if wanted.period != "any" else None,
        }
        url = f"{base.rstrip('/')}/search"
        answer = await _ask(ctx, "GET", url, wanted, credential, params=asked)
        if answer.status == 403:
            raise BlockError(
                f"`{shown(base)}` does not answer programs. Its administrator has to add `json` to "
                "`search.formats` in settings.yml.",
                zh=f"“{shown(base)}”不向程序提供结果。其管理员需要在 settings.yml 的 "
                "`search.formats` 中加入 `json`。",
                code="search_forbidden",
            )
        rows = _rows(answer, ctx.now(), "results")
        return _results(rows, "content", "publishedDate")


class Brave:
    """Brave Search's own index."""

    name = "brave"

    async def search(
        self, ctx: Context, wanted: Search, place: str, credential: OpenCredential | None
    ) -> list[Result]:
        base = (credential or {}).get("base_url") or "https://api.search.brave.com"
        found: list[Result] = []
        for page in range((wanted.limit + 19) // 20):
            asked = {
                "q": wanted.words,
                "count": min(wanted.limit, 20),
                "offset": page or None,
                "freshness": _LETTERS.get(wanted.period) and f"p{_LETTERS[wanted.period]}",
                "search_lang": {"zh-cn": "zh-hans", "zh": "zh-hans", "zh-tw": "zh-hant"}.get(
                    wanted.language.lower(), wanted.language.partition("-")[0] or None
                ),
            }
            url = f"{base.rstrip('/')}/res/v1/web/search"
            answer = await _ask(ctx, "GET", url, wanted, credential, params=asked)
            rows = _rows(answer, ctx.now(), "web", "results")
            found += _results(rows, "description", "page_age")
            if len(rows) < 20:
                break
        return found


class Tavily:
    """Search for language models."""

    name = "tavily"

    async def search(
        self, ctx: Context, wanted: Search, place: str, credential: OpenCredential | None
    ) -> list[Result]:
        base = (credential or {}).get("base_url") or "https://api.tavily.com"
        asked: dict[str, Any] = {"query": wanted.query, "max_results": min(wanted.limit, 20)}
        if wanted.period != "any":
            asked["time_range"] = wanted.period
        if wanted.site:
            asked["include_domains"] = [wanted.site]
        answer = await _ask(
            ctx, "POST", f"{base.rstrip('/')}/search", wanted, credential, json=asked
        )
        return _results(_rows(answer, ctx.now(), "results"), "content", "published_date")


class DuckDuckGo:
    """The page for browsers without programs; it changes and refuses without notice."""

    name = "duckduckgo"

    async def search(
        self, ctx: Context, wanted: Search, place: str, credential: OpenCredential | None
    ) -> list[Result]:
        asked = {"q": wanted.words}
        if wanted.period in _LETTERS:
            asked["df"] = _LETTERS[wanted.period]
        if "-" in wanted.language:
            language, _, region = wanted.language.lower().partition("-")
            asked["kl"] = f"{region}-{language}"
        url = address(place or "https://html.duckduckgo.com/html/")
        answer = await _ask(ctx, "POST", url, wanted, None, form=asked)
        check(answer, ctx.now())
        if answer.status == 202 or b"anomaly" in answer.content[:50_000]:
            raise TemporaryError(
                "DuckDuckGo takes this for a robot and gives no results. Try later, or use an "
                "engine that you have an account for.",
                zh="DuckDuckGo 认为这是机器人，没有给出结果。请稍后再试，或使用有账号的搜索引擎。",
                code="search_refused",
            )
        return _of_page(answer.text[:_MOST_BYTES])


ENGINES: dict[str, Engine] = {
    engine.name: engine for engine in (SearXng(), Brave(), Tavily(), DuckDuckGo())
}


async def _ask(
    ctx: Context,
    method: str,
    url: str,
    wanted: Search,
    credential: OpenCredential | None,
    **sent: Any,
) -> HttpResponse:
    return await ctx.http.request(
        method,
        url,
        headers={"Accept": "application/json", **(credential.headers(url) if credential else {})},
        timeout=wanted.timeout,
        max_bytes=_MOST_BYTES,
        **sent,
    )


def _rows(answer: HttpResponse, now: float, *path: str) -> list[dict[str, Any]]:
    """The list in an answer. Raises for every other answer, saying which."""
    if (answer.status in (401, 403, 422) and "key" in answer.text.lower()) or answer.status == 401:
        raise BlockError(
            f"`{shown(answer.url)}` does not accept the key ({first_line(answer) or '-'}). Check "
            "the credential.",
            zh=f"“{shown(answer.url)}”不接受该密钥（{first_line(answer) or '-'}）。请检查凭据。",
            code="search_key_refused",
        )
    check(answer, now)
    try:
        value: Any = answer.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BlockError(
            f"`{shown(answer.url)}` gave no results that can be read: {answer.text[:80]!r}.",
            zh=f"“{shown(answer.url)}”返回的结果无法读取：{answer.text[:80]!r}。",
            code="search_unreadable",
        )
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    found: list[Any] = value if isinstance(value, list) else []
    return [row for row in found if isinstance(row, dict)]


def _results(rows: list[dict[str, Any]], snippet: str, published: str) -> list[Result]:
    """Rows with an address of the web, each address once."""
    found: dict[str, Result] = {}
    for row in rows:
        url = str(row.get("url") or "")
        if url.startswith(("http://", "https://")):
            said = (_plain(row.get(name)) for name in ("title", snippet))
            found.setdefault(url, Result(next(said), url, next(said), _plain(row.get(published))))
    return list(found.values())


def _plain(value: Any) -> str:
    """Words without the marks that engines put around those searched for."""
    from html import unescape

    return " ".join(unescape(_TAGS.sub("", str(value or ""))).split())


def _of_page(html: str) -> list[Result]:
    from selectolax.lexbor import LexborHTMLParser

    tree: Any = LexborHTMLParser(html)
    found: dict[str, Result] = {}
    for node in tree.css(".result:not(.result--ad)"):
        link = node.css_first("a.result__a[href]")
        if link is None:
            continue
        url = _led_to(link.attributes["href"] or "")
        said = node.css_first(".result__snippet")
        if url:
            text = " ".join(said.text().split()) if said else ""
            found.setdefault(url, Result(" ".join(link.text().split()), url, text, ""))
    return list(found.values())


def _led_to(href: str) -> str:
    """The address behind DuckDuckGo's own."""
    whole = joined("https://duckduckgo.com/", href)
    parts = urlsplit(whole)
    if (parts.hostname or "").endswith("duckduckgo.com"):
        return next(iter(parse_qs(parts.query).get("uddg", [])), "")
    return whole
