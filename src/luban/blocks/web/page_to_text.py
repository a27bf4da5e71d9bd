"""The text of a web page, without what stands around it."""

from __future__ import annotations

import asyncio
from typing import Any

from luban.blocks.web.addresses import shown
from luban.blocks.web.pages import MOST_READ, fetched, is_html
from luban.blocks.web.reading import read_page
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
)

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
            {"url": "https://page.test/lock", "robots": True},
            {"error": {"code": "robots_forbid"}},
            {"http": {"https://page.test/robots.txt": {"text": "User-agent: *\nDisallow: /lock"}}},
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
        answer = await fetched(ctx, input.url, timeout=input.timeout, robots=input.robots)
        if is_html(answer):
            html = answer.text[:MOST_READ]
            # Reading a page is all computing, up to a second of it, so others go on meanwhile.
            text, title, links = await asyncio.to_thread(
                read_page, html, answer.url, input.keep_links
            )
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


def _cut(text: str, most: int) -> str:
    if not most or len(text) <= most:
        return text
    return f"{text[: max(most - 1, 0)].rstrip()}…"
