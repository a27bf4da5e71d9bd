"""Search engines, each as its wire is, also when it says no."""

from __future__ import annotations

import json
from typing import Any

import pytest

from luban.blocks.web.search import WebSearch
from luban.sdk import BlockError, OpenCredential, TemporaryError
from luban.sdk.testing import TestContext
from tests.blocks_web.conftest import run
from tests.net.raw_server import Answer, RawServer, by_path, plain, serving

JSON = {"content-type": "application/json"}
ROWS = [
    {
        "title": "A <strong>lock</strong> &amp; key",
        "url": "https://l.test/1",
        "content": "six\nparts",
        "description": "six\nparts",
        "publishedDate": "2026-01-31",
        "page_age": "2026-01-31",
        "published_date": "2026-01-31",
    },
    {"title": "again", "url": "https://l.test/1"},
    {"title": "bad", "url": "javascript:alert(1)"},
]
FOUND = {
    "title": "A lock & key",
    "url": "https://l.test/1",
    "snippet": "six parts",
    "published": "2026-01-31",
}
WIRES = {
    "searxng": ("/search", {"results": ROWS}, {}),
    "brave": ("/res/v1/web/search", {"web": {"results": ROWS}}, {"X-Subscription-Token": "k"}),
    "tavily": ("/search", {"results": ROWS}, {"Authorization": "Bearer k"}),
}


def known(context: TestContext, engine: str, server: RawServer) -> None:
    """A credential as its provider's row makes it, for a server of the test."""
    context.credentials[engine] = OpenCredential(
        {"base_url": server.url(""), "api_key": "k"},
        provider=engine,
        hosts=("127.0.0.1",),
        headers=WIRES[engine][2],
    )


@pytest.mark.parametrize("engine", list(WIRES))
async def test_an_engine_is_asked_in_its_own_words(context: TestContext, engine: str) -> None:
    path, answer, proof = WIRES[engine]
    async with serving(by_path({path: plain(json.dumps(answer), headers=JSON)})) as server:
        known(context, engine, server)
        got = await run(
            WebSearch, context, query="锁", site="l.test", period="week", language="zh-CN"
        )
    assert got["results"] == [[FOUND]]
    assert (got["engine"], got["count"], got["urls"]) == ([engine], [1], [["https://l.test/1"]])
    (asked,) = server.asked
    for name, value in proof.items():
        assert asked.headers[name.lower()] == value
    if engine == "tavily":
        body = json.loads(asked.body)
        assert body["query"] == "锁" and body["include_domains"] == ["l.test"]
        assert body["time_range"] == "week"
    else:
        assert "%E9%94%81+site%3Al.test" in asked.target
        wanted = "time_range=week" if engine == "searxng" else "freshness=pw"
        assert wanted in asked.target


ANSWERS: list[tuple[Answer, type[BlockError], str]] = [
    (plain('{"error": "bad key"}', "401 No", JSON), BlockError, "search_key_refused"),
    (plain("slow", "429 No", {"retry-after": "7"}), TemporaryError, "http_status_temporary"),
    (plain("oops", "502 Bad"), TemporaryError, "http_status_temporary"),
    (plain("<html>hello", "200 OK", JSON), BlockError, "search_unreadable"),
    (plain("[1]", "200 OK", JSON), BlockError, "search_unreadable"),
]


@pytest.mark.parametrize("engine", list(WIRES))
async def test_what_an_engine_says_instead(context: TestContext, engine: str) -> None:
    for answer, kind, code in ANSWERS:
        async with serving(answer) as server:
            known(context, engine, server)
            with pytest.raises(kind) as raised:
                await run(WebSearch, context, query="x")
        assert raised.value.code == code
        assert isinstance(raised.value, TemporaryError) == (kind is TemporaryError)
    async with serving(plain('{"results": null, "web": {}}', headers=JSON)) as server:
        known(context, engine, server)
        assert (await run(WebSearch, context, query="x"))["results"] == [[]]


async def test_a_searxng_that_answers_no_programs(context: TestContext) -> None:
    async with serving(plain("Forbidden", "403 Forbidden")) as server:
        with pytest.raises(BlockError, match=r"search\.formats"):
            await run(WebSearch, context, query="x", address=server.url(""))


PAGE = """<div class="result results_links"><a class="result__a"
 href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fl.test%2F1&rut=x">A lock</a>
 <a class="result__snippet">six <b>parts</b></a></div>
 <div class="result result--ad"><a class="result__a" href="https://ad.test">Ad</a></div>"""


async def test_duckduckgo_is_only_asked_when_chosen(context: TestContext) -> None:
    with pytest.raises(BlockError) as raised:
        await run(WebSearch, context, query="x")
    assert raised.value.code == "no_search_engine"
    async with serving(plain(PAGE, headers={"content-type": "text/html"})) as server:
        chosen: dict[str, Any] = {"engine": "duckduckgo", "address": server.url("/html/")}
        got = await run(WebSearch, context, query="x", **chosen)
        assert server.asked[0].body == b"q=x"
    assert got["results"][0] == [
        {"title": "A lock", "url": "https://l.test/1", "snippet": "six parts", "published": ""}
    ]
    async with serving(plain("anomaly", "202 Accepted")) as server:
        with pytest.raises(TemporaryError, match="robot"):
            await run(
                WebSearch, context, query="x", engine="duckduckgo", address=server.url("/html/")
            )
