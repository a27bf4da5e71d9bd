"""What a page says about itself."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from luban.blocks.web.pages import Html, base_of, joined, source
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field

_MOST_PARTS = 100
_FEEDS = 'link[type="application/rss+xml"][href], link[type="application/atom+xml"][href]'
_PAGE = (
    "<html lang='en'><head><title> A  lock </title><meta name='description' content='No nail.'>"
    "<meta property='og:title' content='The lock'><meta property='og:image' content='/l.png'>"
    "<meta property='article:published_time' content='2026-01-31'><meta name='author' content='Lu'>"
    "<link rel='canonical' href='/lock'><link rel='shortcut icon' href='/i.ico'>"
    "<link type='application/rss+xml' href='/feed'>"
    '<script type="application/ld+json">{"@type": "Article", "name": "Lock"}</script>'
    "</head></html>"
)


class PageFacts(Block):
    """Gives title, description, language, author, image, feeds and structured data of a page."""

    id = "web.page_facts"
    title = "Facts of a page"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "badge-info"
    keywords = ("metadata", "title", "description", "og", "open graph", "json-ld", "seo", "meta")

    class Input(BlockInput):
        url: str = Field("", title="Address", description="The page: https://…")
        html: str = Field(
            "",
            title="HTML",
            description="A page you already have; the address is then only where it is from.",
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
        facts: dict[str, Any] = Field(
            title="Facts",
            description="All of it: url, canonical, title, description, language, author, "
            "published, site, image, icon, feeds, open_graph, json_ld, meta.",
            main=True,
        )
        title: str = Field(title="Title", description="What the page is called.")
        description: str = Field(title="Description", description="What it says it is about.")
        image: str = Field(title="Image", description="The address of its picture.")

    examples = (
        Example(
            {"url": "https://page.test/x", "html": _PAGE},
            {
                "facts": {
                    "url": "https://page.test/x",
                    "canonical": "https://page.test/lock",
                    "title": "The lock",
                    "description": "No nail.",
                    "language": "en",
                    "author": "Lu",
                    "published": "2026-01-31",
                    "site": "",
                    "image": "https://page.test/l.png",
                    "icon": "https://page.test/i.ico",
                    "feeds": ["https://page.test/feed"],
                    "open_graph": {"title": "The lock", "image": "/l.png"},
                    "json_ld": [{"@type": "Article", "name": "Lock"}],
                    "meta": {"description": "No nail.", "author": "Lu"},
                },
                "title": "The lock",
                "description": "No nail.",
                "image": "https://page.test/l.png",
            },
        ),
        Example(
            {"url": "https://page.test/x"},
            {"error": {"code": "http_status"}},
            {"http": {"https://page.test/x": {"status": 404}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        html = await source(ctx, input.url, input.html, timeout=input.timeout, robots=input.robots)
        facts = await asyncio.to_thread(_facts, html)
        return {"facts": facts, **{name: facts[name] for name in ("title", "description", "image")}}


def _facts(html: Html) -> dict[str, Any]:
    from selectolax.lexbor import LexborHTMLParser

    tree: Any = LexborHTMLParser(html.text)
    start = base_of(tree, html.url)
    graph, meta = _meta(tree)
    ld = _json_ld(tree)
    named = tree.css_first("head title") or tree.css_first("title")
    root = tree.css_first("html")
    graphed = {name.removeprefix("og:"): text for name, text in graph.items() if "og:" in name}

    image = graphed.get("image") or meta.get("twitter:image")

    def link(selector: str) -> str:
        found = tree.css_first(selector)
        return joined(start, found.attributes["href"] or "") if found else ""

    return {
        "url": html.url,
        "canonical": link('link[rel="canonical"][href]'),
        "title": graphed.get("title") or " ".join((named.text() if named else "").split()),
        "description": graphed.get("description") or meta.get("description", ""),
        "language": (root.attributes.get("lang") if root else "") or "",
        "author": meta.get("author") or graph.get("article:author") or _author(ld),
        "published": graph.get("article:published_time") or _first(ld, "datePublished"),
        "site": graphed.get("site_name", ""),
        "image": joined(start, image) if image else "",
        "icon": link('link[rel~="icon"][href]'),
        "feeds": [
            url
            for each in tree.css(_FEEDS)[:_MOST_PARTS]
            if (url := joined(start, each.attributes["href"] or ""))
        ],
        "open_graph": graphed,
        "json_ld": ld,
        "meta": meta,
    }


def _meta(tree: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Open Graph's properties, and the plain names; of each the first."""
    graph: dict[str, str] = {}
    plain: dict[str, str] = {}
    for each in tree.css("meta[content]")[: 5 * _MOST_PARTS]:
        text = (each.attributes["content"] or "").strip()
        if prop := (each.attributes.get("property") or "").strip().lower():
            graph.setdefault(prop, text)
        elif name := (each.attributes.get("name") or "").strip().lower():
            plain.setdefault(name, text)
    return graph, plain


def _json_ld(tree: Any) -> list[Any]:
    found: list[Any] = []
    for each in tree.css('script[type="application/ld+json"]')[:_MOST_PARTS]:
        try:
            value = orjson.loads(each.text())
        except orjson.JSONDecodeError:
            continue  # many a page has a broken one
        found += value if isinstance(value, list) else [value]
    return found


def _first(ld: list[Any], name: str) -> str:
    for each in ld:
        if isinstance(each, dict) and isinstance(each.get(name), str):
            return each[name]
    return ""


def _author(ld: list[Any]) -> str:
    for each in ld:
        author = each.get("author") if isinstance(each, dict) else None
        author = author[0] if isinstance(author, list) and author else author
        if isinstance(author, dict) and isinstance(author.get("name"), str):
            return author["name"]
        if isinstance(author, str):
            return author
    return ""
