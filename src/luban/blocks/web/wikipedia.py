"""What Wikipedia says of something, in a few sentences."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from luban.blocks.web.fetch import check
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field

_URL = "https://en.wikipedia.org/api/rest_v1/page/summary/Lu_Ban"
_ZH = "https://zh.wikipedia.org/api/rest_v1/page/summary/%E9%B2%81%E7%8F%AD"
_LU = {
    "title": "Lu Ban",
    "extract": "Lu Ban was a carpenter.",
    "description": "Chinese carpenter",
    "content_urls": {"desktop": {"page": "https://en.wikipedia.org/wiki/Lu_Ban"}},
    "thumbnail": {"source": "https://upload.wikimedia.org/lu.png"},
}


class Wikipedia(Block):
    """Gives the summary of a Wikipedia article, in any of its languages."""

    id = "web.wikipedia"
    title = "Wikipedia summary"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "book-open"
    keywords = ("encyclopedia", "article", "wiki", "knowledge", "definition", "lookup", "search")
    timeout = 60

    class Input(BlockInput):
        topic: str = Field(
            title="Topic", description="The title of the article.", min_length=1, max_length=250
        )
        language: str = Field(
            "en",
            title="Language",
            description="Of Wikipedia: en, zh, de, …",
            pattern=r"^[a-z]{2,3}(-[a-z]{2,12})*$",
        )
        script: str = Field(
            "zh-cn",
            title="Script",
            description="For Chinese: zh-cn, zh-tw, zh-hk.",
            pattern=r"^[a-zA-Z-]{2,20}$",
            advanced=True,
        )

    class Output(BlockOutput):
        summary: str = Field(title="Summary", description="The beginning of the article.")
        title: str = Field(title="Title", description="As the article has it.")
        description: str = Field(title="Description", description="In a few words.")
        url: str = Field(title="Address", description="Of the whole article.")
        image: str = Field(title="Image", description="The address of a picture.")

    examples = (
        Example(
            {"topic": "Lu Ban"},
            {
                "summary": "Lu Ban was a carpenter.",
                "title": "Lu Ban",
                "description": "Chinese carpenter",
                "url": "https://en.wikipedia.org/wiki/Lu_Ban",
                "image": "https://upload.wikimedia.org/lu.png",
            },
            {"http": {_URL: {"json": _LU}}},
        ),
        Example(
            {"topic": "鲁班", "language": "zh"},
            {
                "summary": "鲁班是木匠。",
                "title": "鲁班",
                "description": "",
                "url": "https://zh.wikipedia.org/wiki/%E9%B2%81%E7%8F%AD",
                "image": "",
            },
            {"http": {_ZH: {"json": {"title": "鲁班", "extract": "鲁班是木匠。"}}}},
        ),
        Example(
            {"topic": "Lu Ban"},
            {"error": {"code": "no_article"}},
            {"http": {_URL: {"status": 404, "json": {"title": "Not found."}}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        site = f"https://{input.language}.wikipedia.org"
        name = quote(input.topic.strip().replace(" ", "_"), safe="")
        answer = await ctx.http.request(
            "GET",
            f"{site}/api/rest_v1/page/summary/{name}",
            headers={
                "Accept": "application/json",
                "Accept-Language": input.script if input.language == "zh" else input.language,
            },
            timeout=30,
            max_bytes=2_000_000,
        )
        if answer.status == 404:
            raise _no_article(input)
        check(answer, ctx.now())
        try:
            said: Any = answer.json()
        except ValueError:
            raise _no_article(input) from None
        extract = said.get("extract") if isinstance(said, dict) else None
        if not extract:
            raise _no_article(input)
        return {
            "summary": str(extract),
            "title": str(said.get("title") or input.topic),
            "description": str(said.get("description") or ""),
            "url": _inside(said, "content_urls", "desktop", "page") or f"{site}/wiki/{name}",
            "image": _inside(said, "originalimage", "source")
            or _inside(said, "thumbnail", "source"),
        }


def _inside(value: Any, *names: str) -> str:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return str(value or "")


def _no_article(input: Wikipedia.Input) -> BlockError:
    return BlockError(
        f"The Wikipedia in `{input.language}` has no summary of `{input.topic}`. Check the title, "
        "or choose another language.",
        zh=f"“{input.language}”维基百科中没有“{input.topic}”的摘要。请检查标题，或换一种语言。",
        code="no_article",
    )
