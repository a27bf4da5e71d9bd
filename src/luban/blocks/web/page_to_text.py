"""The text of a web page, without what stands around it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urljoin, urlsplit

from luban.blocks.web.fetch import fetch, shown
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    HttpResponse,
)

_MOST_FETCHED = 5_000_000
_MOST_READ = 2_000_000
"""Characters of HTML that are looked at; reading takes a second for a few million."""
_MOST_LINKS = 500
_AROUND = ["nav", "footer", "aside", "script", "style", "noscript", "template", "iframe", "svg"]
_PAGE = "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.5"

_EXAMPLE_PAGE = (
    "<html><head><title>Locks</title></head><body><nav><a href='/'>Home</a></nav><article>"
    "<h1>How Luban made a lock</h1><p>It holds together without a nail.</p></article></body></html>"
)


class PageToText(Block):
    """Fetches a web page and gives its main text as Markdown, without menus and adverts."""

    id = "web.page_to_text"
    title = "Page to text"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "book-open-text"
    keywords = ("scrape", "article", "website", "html", "markdown", "read", "extract", "crawl")

    class Input(BlockInput):
        url: str = Field(title="Address", description="The page: https://…", min_length=1)
        max_length: int = Field(
            20_000,
            ge=0,
            title="Most characters",
            description="The text is cut there; 0 keeps all of it.",
        )
        keep_links: bool = Field(
            False,
            title="Keep links in the text",
            description="Write links as `[words](address)`.",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=300, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The main text as Markdown.")
        title: str = Field(title="Title", description="The title of the page.")
        links: list[dict[str, str]] = Field(
            title="Links", description="Every link on the page: `text` and `url`."
        )
        final_url: str = Field(title="Final address", description="Where it led in the end.")

    examples = (
        Example(
            {"url": "https://page.test/lock"},
            {
                "text": "# How Luban made a lock\n\nIt holds together without a nail.",
                "title": "How Luban made a lock",
                "links": [{"text": "Home", "url": "https://page.test/"}],
                "final_url": "https://page.test/lock",
            },
            {
                "http": {
                    "https://page.test/lock": {
                        "text": _EXAMPLE_PAGE,
                        "headers": {"content-type": "text/html"},
                    }
                }
            },
        ),
        Example(
            {"url": "https://page.test/plan.pdf"},
            {"error": {"code": "not_a_page"}},
            {
                "http": {
                    "https://page.test/plan.pdf": {
                        "bytes": b"%PDF-",
                        "headers": {"content-type": "application/pdf"},
                    }
                }
            },
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        answer = await fetch(
            ctx, input.url, accept=_PAGE, timeout=input.timeout, max_bytes=_MOST_FETCHED
        )
        if _is_html(answer):
            html = answer.text[:_MOST_READ]
            # Reading a page is all computing, up to a second of it, so others go on meanwhile.
            text, title, links = await asyncio.to_thread(_read, html, answer.url, input.keep_links)
        else:
            text, title, links = answer.text, "", []
        if not text.strip():
            raise BlockError(
                f"There is no text on `{shown(answer.url)}`. It may be a page that a program in "
                "the browser fills, or one that needs a sign-in.",
                zh=f"“{shown(answer.url)}”上没有可读的文本。它可能由浏览器脚本生成，或需要登录。",
                code="no_text",
            )
        return {
            "text": _cut(text.strip(), input.max_length),
            "title": title,
            "links": links,
            "final_url": answer.url,
        }


def _is_html(answer: HttpResponse) -> bool:
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


def _read(html: str, url: str, keep_links: bool) -> tuple[str, str, list[dict[str, str]]]:
    """Main text, title and links of a page. Slow and loads much at its first call."""
    import trafilatura
    from selectolax.lexbor import LexborHTMLParser

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every poor page
    tree = LexborHTMLParser(html)
    links = _links(tree, url)
    parsed = trafilatura.load_html(html)
    found = None if parsed is None else trafilatura.extract_metadata(parsed, default_url=url)
    named = tree.css_first("title")
    title = (found.title if found is not None else "") or (named.text() if named else "")
    tree.strip_tags(_AROUND)  # on short pages the extraction would take them for the text
    main = tree.html or ""
    text = trafilatura.extract(
        main,
        url=url,
        output_format="markdown",
        include_links=keep_links,
        include_tables=True,
        include_comments=False,
    )
    return text or trafilatura.html2txt(main), " ".join(str(title or "").split()), links


def _links(tree: Any, url: str) -> list[dict[str, str]]:
    declared = tree.css_first("base[href]")
    start = urljoin(url, declared.attributes["href"] or "") if declared else url
    links: dict[str, str] = {}
    for anchor in tree.css("a[href]"):
        try:
            target = urljoin(start, (anchor.attributes["href"] or "").strip())
            scheme = urlsplit(target).scheme
        except ValueError:  # such as `http://[`
            continue
        if scheme in ("http", "https") and len(links) < _MOST_LINKS:
            links.setdefault(target, " ".join(anchor.text().split()))
    return [{"text": text, "url": target} for target, text in links.items()]


def _cut(text: str, most: int) -> str:
    if not most or len(text) <= most:
        return text
    return f"{text[: max(most - 1, 0)].rstrip()}…"
