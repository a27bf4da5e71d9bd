"""What a web search finds, by whichever engine there is an account for."""

from __future__ import annotations

from typing import Any, Literal

from luban.blocks.web.search_engines import ENGINES, Engine, Search
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
    OpenCredential,
)

_SEARX = {
    "results": [
        {"title": "Locks", "url": "https://l.test/", "content": "Six <b>parts</b>."},
        {"title": "No address"},
    ]
}
_FOUND = {"title": "Locks", "url": "https://l.test/", "snippet": "Six parts.", "published": ""}
_HERE = "https://searx.test"
_NAMED = "https://searx.test/search"


class WebSearch(Block):
    """Searches the web and gives title, address, snippet and date of what it finds.

    Engines: Tavily, Brave or SearXNG, by the credential there is; or a SearXNG by its address.
    DuckDuckGo needs no account, but is only asked when it is chosen: it often refuses programs.
    """

    id = "web.search"
    title = "Web search"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "search"
    keywords = ("google", "bing", "find", "query", "searxng", "brave", "tavily", "duckduckgo")
    credentials = (
        CredentialNeed(provider="tavily", optional=True),
        CredentialNeed(provider="brave", optional=True),
        CredentialNeed(provider="searxng", optional=True),
    )

    class Input(BlockInput):
        query: str = Field(
            title="Search for", description="In words.", min_length=1, max_length=400
        )
        limit: int = Field(10, ge=1, le=50, title="Most results", description="How many to give.")
        engine: Literal["auto", "tavily", "brave", "searxng", "duckduckgo"] = Field(
            "auto",
            title="Engine",
            description="`auto` takes the first there is a credential for, or the address below.",
        )
        site: str = Field(
            "", title="Site", description="Only this one, such as example.com.", max_length=200
        )
        period: Literal["any", "day", "week", "month", "year"] = Field(
            "any", title="Not older than", description="How new results must be."
        )
        language: str = Field(
            "",
            title="Language",
            description="Such as en or zh-CN; empty: any.",
            pattern=r"^([a-z]{2}(-[A-Za-z]{2,4})?)?$",
        )
        address: str = Field(
            "",
            title="Address of a SearXNG",
            description="Where one answers without a credential: https://…",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=120, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        result: dict[str, Any] = Emit(
            "One after another: title, url, snippet, published.", title="Result"
        )
        results: list[dict[str, Any]] = Field(
            title="Results", description="All of them as one list.", main=True
        )
        urls: list[str] = Field(title="Addresses", description="Of the results.")
        count: int = Field(title="Count", description="How many there are.")
        engine: str = Field(title="Engine", description="Which one was asked.")

    examples = (
        Example(
            {"query": "locks", "address": _HERE},
            {
                "result": [_FOUND],
                "results": [_FOUND],
                "urls": ["https://l.test/"],
                "count": 1,
                "engine": "searxng",
            },
            {"http": {_NAMED: {"json": _SEARX}}},
        ),
        Example({"query": "locks"}, {"error": {"code": "no_search_engine"}}),
        Example(
            {"query": "locks", "address": _HERE},
            {"error": {"code": "http_status_temporary"}},
            {"http": {_NAMED: {"status": 429, "headers": {"retry-after": "7"}}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        engine, credential = await _chosen(input, ctx)
        wanted = Search(
            input.query, input.limit, input.site, input.period, input.language, input.timeout
        )
        found = await engine.search(ctx, wanted, input.address, credential)
        results = [each._asdict() for each in found[: input.limit]]
        sent = Emissions(("result", result) for result in results)
        sent += [
            ("results", results),
            ("urls", [result["url"] for result in results]),
            ("count", len(results)),
            ("engine", engine.name),
        ]
        return sent


async def _chosen(input: WebSearch.Input, ctx: Context) -> tuple[Engine, OpenCredential | None]:
    """The engine to ask, and the credential it takes, if it takes one."""
    if input.engine == "duckduckgo" or (input.engine == "auto" and input.address):
        return ENGINES["searxng" if input.engine == "auto" else "duckduckgo"], None
    names = ["tavily", "brave", "searxng"] if input.engine == "auto" else [input.engine]
    for name in names:
        credential = await ctx.find_credential(name)
        if credential is not None:
            return ENGINES[name], credential
    if input.engine == "searxng" and input.address:
        return ENGINES["searxng"], None
    raise BlockError(
        "There is no search engine to ask. Add a credential for Tavily, Brave Search or SearXNG, "
        "give the address of a SearXNG, or choose DuckDuckGo.",
        zh="没有可用的搜索引擎。请添加 Tavily、Brave Search 或 SearXNG 的凭据，"
        "填写 SearXNG 的地址，或选择 DuckDuckGo。",
        code="no_search_engine",
    )
