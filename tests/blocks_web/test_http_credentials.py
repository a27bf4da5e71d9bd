"""The HTTP block proves itself with the node's credential, to its provider and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from luban.blocks.web.http_request import HttpRequest
from luban.sdk.credential import NotItsHost, OpenCredential
from luban.sdk.testing import ScriptedHttp, TestContext, run_block

URL = "https://api.example.com/v1"


def context(**more: Any) -> TestContext:
    opened = OpenCredential({"k": "v"}, name="Mine", hosts=("api.example.com",), **more)
    http = ScriptedHttp({URL: {"json": {}}, "https://evil.test/": {"json": {}}})
    return TestContext(http=http, credentials={"any": opened})


async def sent(ctx: TestContext, **inputs: Any) -> dict[str, Any]:
    await run_block(HttpRequest, ctx, **{"url": URL, **inputs})
    (request,) = ctx.http.requests
    return request


async def test_headers_and_query_are_added() -> None:
    ctx = context(headers={"Authorization": "Bearer v"}, query={"key": "v"})
    request = await sent(ctx, headers={"X-A": "1"}, query={"q": "x"})
    assert request["headers"] == {"X-A": "1", "Authorization": "Bearer v"}
    assert request["params"] == {"q": "x", "key": "v"}


async def test_a_body_of_text_loses_none_of_them() -> None:
    ctx = context(headers={"Authorization": "Bearer v"})
    request = await sent(ctx, method="POST", body="hello", idempotency_key=False)
    assert request["headers"]["Authorization"] == "Bearer v"
    assert request["headers"]["Content-Type"].startswith("text/plain")


async def test_what_somebody_wrote_themselves_gives_way() -> None:
    ctx = context(headers={"Authorization": "Bearer v"})
    request = await sent(ctx, headers={"authorization": "Bearer typed"})
    assert request["headers"] == {"Authorization": "Bearer v"}


@pytest.mark.parametrize("url", ["https://evil.test/", "https://api.example.com.evil.test/"])
async def test_it_is_not_sent_elsewhere(url: str) -> None:
    ctx = context(headers={"Authorization": "Bearer v"})
    with pytest.raises(NotItsHost):
        await run_block(HttpRequest, ctx, url=url)
    assert ctx.http.requests == []


async def test_without_one_nothing_is_added() -> None:
    ctx = TestContext(http=ScriptedHttp({URL: {"json": {}}}))
    assert (await sent(ctx))["headers"] == {}
