"""What is new on a site: the entries of an RSS or Atom feed."""

from __future__ import annotations

import asyncio
import calendar
import io
import re
from datetime import UTC, datetime
from typing import Any

from luban.blocks.web.addresses import shown
from luban.blocks.web.fetch import fetch
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Date,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
)

_MOST_FETCHED = 10_000_000
_MOST_SUMMARY = 10_000
_MOST_KNOWN = 1000
_ENTITY = tuple("<!ENTITY".encode(each) for each in ("ascii", "utf-16-le", "utf-16-be"))
_HARMLESS = re.compile(rb"<!ENTITY\s+\w+\s+\"(?:&#\w{1,8};|[^&\"<%]{0,16})\"\s*>")
"""A letter by a name, as some old feeds have it."""
_FEED = "application/rss+xml,application/atom+xml,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5"
_SPACE = re.compile(r"[ \t\r\f\v\u00a0]+")

_EXAMPLE_FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>Locks</title>
<item><title>A new lock</title><link>https://feed.test/1</link>
<description>&lt;p&gt;No &lt;b&gt;nail&lt;/b&gt;.&lt;/p&gt;</description>
<pubDate>Sat, 31 Jan 2026 07:00:00 GMT</pubDate></item>
<item><title>An old lock</title><link>https://feed.test/2</link>
<pubDate>Mon, 01 Dec 2025 07:00:00 GMT</pubDate></item>
</channel></rss>"""
_EXAMPLE_WORLD = {
    "http": {
        "https://feed.test/rss": {
            "text": _EXAMPLE_FEED,
            "headers": {"content-type": "application/rss+xml"},
        }
    }
}
_EXAMPLE_ENTRY = {
    "title": "A new lock",
    "link": "https://feed.test/1",
    "summary": "No nail.",
    "published": "2026-01-31T07:00:00Z",
    "author": "",
    "categories": [],
    "id": "https://feed.test/1",
}


class Feed(Block):
    """Reads the entries of an RSS or Atom feed once, newest as the feed orders them.

    To read it again and again, give the agent a schedule.
    """

    id = "web.feed"
    title = "Read feed"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "rss"
    keywords = ("rss", "atom", "news", "blog", "subscribe", "podcast", "entries")

    class Input(BlockInput):
        url: str = Field(title="Address", description="The feed: https://…", min_length=1)
        limit: int = Field(
            20, ge=0, le=1000, title="Most entries", description="0 gives all of them."
        )
        hours: float = Field(
            0,
            ge=0,
            title="Newer than",
            description="Hours; 0 takes entries of any age. Entries without a date always count.",
        )
        since: Date | None = Field(
            None,
            title="Since",
            description="Only entries published after this moment.",
            advanced=True,
        )
        new_only: bool = Field(
            False,
            title="New ones only",
            description="Leaves out entries that this agent had before; for agents on a schedule.",
        )
        timeout: float = Field(
            30, gt=0, le=300, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        entry: dict[str, Any] = Emit(
            "One entry after another: title, link, summary, published, author, categories, id.",
            title="Entry",
            main=True,
        )
        entries: list[dict[str, Any]] = Field(
            title="Entries", description="All of them as one list."
        )
        title: str = Field(title="Title", description="What the feed calls itself.")
        count: int = Field(title="Count", description="How many entries there are.")

    examples = (
        Example(
            {"url": "https://feed.test/rss", "hours": 24},
            {
                "entry": [_EXAMPLE_ENTRY],
                "entries": [_EXAMPLE_ENTRY],
                "title": "Locks",
                "count": 1,
            },
            _EXAMPLE_WORLD,
        ),
        Example(
            {"url": "https://feed.test/rss", "since": "2026-01-31T07:30:00Z"},
            {"entries": [], "title": "Locks", "count": 0},
            _EXAMPLE_WORLD,
        ),
        Example(
            {"url": "https://feed.test/rss", "new_only": True, "limit": 1},
            {"entries": [], "title": "Locks", "count": 0},
            {
                **_EXAMPLE_WORLD,
                "state": {
                    "web.feed https://feed.test/rss": {
                        "step": "another",
                        "before": [],
                        "now": ["https://feed.test/1", "https://feed.test/2"],
                    }
                },
            },
        ),
        Example(
            {"url": "https://feed.test/page"},
            {"error": {"code": "not_a_feed"}},
            {"http": {"https://feed.test/page": {"text": "<html><body>Hi</body></html>"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        answer = await fetch(
            ctx, input.url, accept=_FEED, timeout=input.timeout, max_bytes=_MOST_FETCHED
        )
        kind = answer.headers.get("content-type", "")
        parsed = await asyncio.to_thread(_parsed, answer.content, kind, answer.url)
        if parsed["problem"]:
            ctx.log("The feed is not well-formed; what could be read of it is used.", **parsed)
        after = _after(input, ctx.now())
        fresh = [entry for entry in parsed["entries"] if _is_after(entry, after)]
        if input.new_only:
            fresh = await _unseen(fresh, answer.url, ctx)
        entries = fresh[: input.limit] if input.limit else fresh
        sent = Emissions(("entry", entry) for entry in entries)
        sent += [("entries", entries), ("title", parsed["title"]), ("count", len(entries))]
        return sent


def _after(input: Feed.Input, now: float) -> float | None:
    moments = [now - input.hours * 3600] if input.hours else []
    if input.since is not None:
        moment = datetime.fromisoformat(str(input.since))
        moments.append((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return max(moments, default=None)


def _is_after(entry: dict[str, Any], after: float | None) -> bool:
    if after is None or not entry["published"]:
        return True
    return datetime.fromisoformat(entry["published"]).timestamp() > after


async def _unseen(entries: list[dict[str, Any]], url: str, ctx: Context) -> list[dict[str, Any]]:
    """Those that no earlier step had. Another try of the step gives the same ones again."""
    key = f"web.feed {url}"[:200]
    kept: dict[str, Any] = await ctx.state.get(key) or {}
    known = kept.get("before" if kept.get("step") == ctx.idempotency_key else "now", [])
    ids = [entry["id"] or entry["title"] for entry in entries]
    now = [*ids, *(each for each in known if each not in set(ids))][:_MOST_KNOWN]
    await ctx.state.set(key, {"step": ctx.idempotency_key, "before": known, "now": now})
    seen = set(known)
    return [entry for entry, name in zip(entries, ids, strict=True) if name not in seen]


def _parsed(content: bytes, kind: str, url: str) -> dict[str, Any]:
    """Title and entries of a feed. Raises `BlockError` when there is no feed in the bytes."""
    import feedparser

    if sum(map(content.count, _ENTITY)) > len(_HARMLESS.findall(content)):
        raise BlockError(
            f"`{shown(url)}` declares XML entities that could grow without end or name files; no "
            "feed needs them, so it is not read.",
            zh=f"“{shown(url)}”声明了可能无限膨胀或引用文件的 XML 实体；订阅源不需要它们，"
            "因此拒绝读取。",
            code="xml_entities",
        )
    # A stream of bytes: given a text, the library would take it for an address or a file's name.
    feed = feedparser.parse(
        io.BytesIO(content), response_headers={"content-type": kind, "content-location": url}
    )
    problem = str(feed.get("bozo_exception", "")) if feed.get("bozo") else ""
    if not feed.get("version") or (problem and not feed.entries and not feed.feed):
        raise _not_a_feed(content, url, problem)
    return {
        "title": _words(feed.feed.get("title", "")),
        "entries": [_entry(entry) for entry in feed.entries],
        "problem": problem if not feed.entries else "",
    }


def _entry(entry: Any) -> dict[str, Any]:
    link = str(entry.get("link", ""))
    contents = entry.get("content") or [{}]
    return {
        "title": _words(entry.get("title", "")),
        "link": link,
        "summary": _plain(entry.get("summary") or contents[0].get("value", "")),
        "published": _moment(entry.get("published_parsed") or entry.get("updated_parsed")),
        "author": str(entry.get("author", "")),
        "categories": [str(tag.get("term", "")) for tag in entry.get("tags", [])],
        "id": str(entry.get("id") or link),
    }


def _moment(parsed: Any) -> str:
    """The time as ISO 8601, empty when there is none or it makes no sense."""
    if not parsed:
        return ""
    try:
        moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.isoformat().replace("+00:00", "Z")


def _words(html: str) -> str:
    return " ".join(_plain(html).split())


def _plain(html: str) -> str:
    """The words of a piece of HTML, lines kept."""
    if "<" not in html and "&" not in html:
        return html.strip()[:_MOST_SUMMARY]
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(re.sub(r"(?i)<(?:br|/p|/div|/li)\b[^>]*>", r"\g<0>\n", html))
    body = tree.body
    text = body.text() if body is not None else ""
    lines = [_SPACE.sub(" ", line).strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line)[:_MOST_SUMMARY]


def _not_a_feed(content: bytes, url: str, problem: str) -> BlockError:
    """Says what it is instead, and where the feed may be."""
    offered = _offered(content, url)
    if offered:
        return BlockError(
            f"`{shown(url)}` is a page, not a feed. It offers this feed: {offered}",
            zh=f"“{shown(url)}”是网页，不是订阅源。该页面提供的订阅源是：{offered}",
            code="not_a_feed",
        )
    start = content[:60].decode("utf-8", "replace").strip()
    why = f" ({problem})" if problem else ""
    return BlockError(
        f"`{shown(url)}` is not an RSS or Atom feed{why}; it starts with {start!r}. "
        "Check the address of the feed.",
        zh=f"“{shown(url)}”不是 RSS 或 Atom 订阅源{why}，开头是 {start!r}。请检查订阅源地址。",
        code="not_a_feed",
    )


def _offered(content: bytes, url: str) -> str:
    from urllib.parse import urljoin

    from selectolax.lexbor import LexborHTMLParser

    if b"<link" not in content[:200_000].lower():
        return ""
    tree = LexborHTMLParser(content[:200_000])
    named = tree.css_first(
        'link[type="application/rss+xml"][href], link[type="application/atom+xml"][href]'
    )
    try:
        return urljoin(url, named.attributes["href"] or "") if named else ""
    except ValueError:
        return ""
