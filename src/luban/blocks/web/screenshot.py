"""A picture of a page."""

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


class Screenshot(Block):
    """Takes a picture of a page as a browser shows it. It needs Chromium on the server."""

    id = "web.screenshot"
    title = "Screenshot of a page"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "camera"
    keywords = ("picture", "image", "png", "capture", "browser", "chromium", "render", "website")

    class Input(BlockInput):
        url: str = Field(title="Address", description="The page: https://…", min_length=1)
        full_page: bool = Field(
            False, title="Whole page", description="Also what lies below the window's edge."
        )
        width: int = Field(
            1280, ge=100, le=4000, title="Width", description="Of the window, in pixels."
        )
        height: int = Field(
            800, ge=100, le=8000, title="Height", description="Of the window, in pixels."
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
        wait: float = Field(
            0, ge=0, le=60, title="Wait longer", description="Seconds more.", advanced=True
        )
        robots: bool = Field(
            False,
            title="Respect robots.txt",
            description="Open the page only if its site lets programs read it.",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=300, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        image: FileRef = Field(title="Picture", description="A PNG.")
        title: str = Field(title="Title", description="The title of the page.")
        final_url: str = Field(title="Final address", description="Where it led in the end.")

    examples = (
        Example(
            {"url": _URL},
            {
                "image": {
                    "$file": "f_1",
                    "name": "app.test-list.png",
                    "type": "image/png",
                    "size": 4,
                },
                "title": "Locks",
                "final_url": _URL,
            },
            {"browser": {_URL: {"title": "Locks", "content": b"\x89PNG"}}},
        ),
        Example(
            {"url": _URL},
            {"error": {"code": "timed_out"}},
            {"browser": {_URL: TemporaryError("It did not come.", code="timed_out")}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        seen = await opened(
            ctx,
            input.url,
            robots=input.robots,
            make="screenshot",
            until=input.until,
            selector=input.selector,
            wait=input.wait,
            width=input.width,
            height=input.height,
            full_page=input.full_page,
            timeout=input.timeout,
        )
        image = await ctx.files.write(file_name(seen, "png"), seen.content, "image/png")
        return {"image": image.as_value(), "title": seen.title, "final_url": seen.url}
