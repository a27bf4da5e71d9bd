"""A page as a PDF."""

from __future__ import annotations

from typing import Any

from luban.blocks.web.seeing import Until, file_name, opened
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
    TemporaryError,
)

_URL = "https://app.test/list"


class PageToPdf(Block):
    """Prints a page to a PDF as a browser would. It needs Chromium on the server."""

    id = "web.page_to_pdf"
    title = "Page to PDF"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "printer"
    keywords = ("print", "document", "save", "browser", "chromium", "archive", "website")

    class Input(BlockInput):
        url: str = Field(title="Address", description="The page: https://…", min_length=1)
        landscape: bool = Field(
            False, title="Landscape", description="The paper lies on its long side."
        )
        selector: str = Field(
            "",
            title="Wait for",
            description="A CSS selector of what must have appeared.",
            max_length=2000,
            advanced=True,
        )
        until: Until = Field(
            "idle",
            title="Wait until",
            description="`idle`: half a second without requests; `load`: the page has loaded.",
            advanced=True,
        )
        robots: bool = Field(
            False,
            title="Respect robots.txt",
            description="Open the page only if its site lets programs read it.",
            advanced=True,
        )
        timeout: float = Field(
            60, gt=0, le=300, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        file: FileRef = Field(title="File", description="The PDF.")
        title: str = Field(title="Title", description="The title of the page.")
        final_url: str = Field(title="Final address", description="Where it led in the end.")

    examples = (
        Example(
            {"url": _URL},
            {
                "file": {
                    "$file": "f_1",
                    "name": "app.test-list.pdf",
                    "type": "application/pdf",
                    "size": 5,
                },
                "title": "Locks",
                "final_url": _URL,
            },
            {"browser": {_URL: {"title": "Locks", "content": b"%PDF-"}}},
        ),
        Example(
            {"url": _URL},
            {"error": {"code": "browser_failed"}},
            {"browser": {_URL: TemporaryError("It ended.", code="browser_failed")}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        seen = await opened(
            ctx,
            input.url,
            robots=input.robots,
            make="pdf",
            until=input.until,
            selector=input.selector,
            landscape=input.landscape,
            timeout=input.timeout,
        )
        file = await ctx.files.write(file_name(seen, "pdf"), seen.content, "application/pdf")
        return {"file": file.as_value(), "title": seen.title, "final_url": seen.url}
