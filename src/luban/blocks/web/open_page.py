"""A page as a browser shows it, its programs run."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from luban.blocks.web.pages import MOST_READ
from luban.blocks.web.reading import read_page
from luban.blocks.web.seeing import Until, opened
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field

_URL = "https://app.test/list"
_HTML = (
    "<html><head><title>Locks</title></head><body><nav><a href='/one'>One</a></nav><article>"
    "<h1>Locks</h1><p>Six parts.</p></article></body></html>"
)
_LINKS = [{"text": "One", "url": "https://app.test/one"}]


class OpenPage(Block):
    """Opens a page in a browser, lets its programs run, and gives what is then there.

    For pages that stay empty in Page to text. It needs Chromium on the server, and takes seconds.
    """

    id = "web.open_page"
    title = "Open page"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "app-window"
    keywords = ("javascript", "browser", "chromium", "headless", "render", "scrape", "spa", "react")

    class Input(BlockInput):
        url: str = Field(title="Address", description="The page: https://…", min_length=1)
        give: Literal["markdown", "text", "html"] = Field(
            "markdown",
            title="Give",
            description="The main text as Markdown, all words on the page, or its HTML.",
        )
        selector: str = Field(
            "",
            title="Wait for",
            description="A CSS selector of what must have appeared, such as `.price`.",
            max_length=2000,
        )
        until: Until = Field(
            "idle",
            title="Wait until",
            description="`idle`: half a second without requests; `load`: the page has loaded.",
            advanced=True,
        )
        wait: float = Field(
            0, ge=0, le=60, title="Wait longer", description="Seconds more.", advanced=True
        )
        max_length: int = Field(
            20_000, ge=0, title="Most characters", description="0 keeps all of them."
        )
        language: str = Field(
            "",
            title="Language",
            description="What the page is asked for, such as zh-CN.",
            pattern=r"^[A-Za-z, ;=.0-9-]*$",
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
        text: str = Field(title="Text", description="What was asked for.")
        title: str = Field(title="Title", description="The title of the page.")
        links: list[dict[str, str]] = Field(
            title="Links", description="Every link on the page: `text` and `url`."
        )
        final_url: str = Field(title="Final address", description="Where it led in the end.")

    examples = (
        Example(
            {"url": _URL},
            {
                "text": "# Locks\n\nSix parts.",
                "title": "Locks",
                "links": _LINKS,
                "final_url": _URL,
            },
            {"browser": {_URL: {"html": _HTML, "title": "Locks"}}},
        ),
        Example(
            {"url": _URL, "give": "text"},
            {"text": "One Locks Six parts.", "title": "Locks", "links": _LINKS, "final_url": _URL},
            {"browser": {_URL: {"html": _HTML, "title": "Locks"}}},
        ),
        Example(
            {"url": _URL},
            {"error": {"code": "http_status"}},
            {"browser": {_URL: {"status": 404}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        seen = await opened(
            ctx,
            input.url,
            robots=input.robots,
            until=input.until,
            selector=input.selector,
            wait=input.wait,
            language=input.language,
            timeout=input.timeout,
        )
        html = seen.html[:MOST_READ]
        text, title, links = await asyncio.to_thread(read_page, html, seen.url, False)
        if input.give == "html":
            text = seen.html
        elif input.give == "text":
            text = await asyncio.to_thread(_words, html)
        if not text.strip():
            raise BlockError(
                f"There is no text on `{seen.url}`, also in a browser. It may need a sign-in.",
                zh=f"在浏览器中打开“{seen.url}”也没有文本。它可能需要登录。",
                code="no_text",
            )
        return {
            "text": text.strip()[: input.max_length or None],
            "title": seen.title or title,
            "links": links,
            "final_url": seen.url,
        }


def _words(html: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree: Any = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "noscript", "template"])
    body = tree.body
    return " ".join(body.text(separator=" ").split()) if body is not None else ""
