"""Lists in pages, by each way there is of asking for the next one."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from luban.blocks.web.http_pages import HttpPages
from luban.sdk import BlockError, OpenCredential
from luban.sdk.testing import TestContext
from tests.blocks_web.conftest import run
from tests.net.raw_server import Asked, plain, serving

ALL = list(range(7))


def said(value: object, **headers: str):
    return plain(json.dumps(value), headers={"content-type": "application/json", **headers})


async def listing(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Seven entries in pages of three, however they are asked for."""
    given = {name: each[0] for name, each in parse_qs(urlsplit(asked.target).query).items()}
    if asked.body:
        given |= {name: str(value) for name, value in json.loads(asked.body).items()}
    start = int(given.get("offset", 0))
    if "page" in given:
        start = (int(given["page"]) - 1) * 3
    if "cursor" in given:
        start = int(given["cursor"].removeprefix("c"))
    mark = f"c{start + 3}" if start + 3 < 7 else None
    answer = {"data": {"items": ALL[start : start + 3]}, "next": mark}
    more = {"link": f'</x>; rel="prev", </list?offset={start + 3}>; rel="next"'} if mark else {}
    await said(answer, **more)(asked, writer)


@pytest.mark.parametrize(
    ("inputs", "pages"),
    [
        ({"paging": "link"}, 3),
        ({"paging": "page"}, 4),
        ({"paging": "page", "size": 3, "size_parameter": "per_page"}, 3),
        ({"paging": "offset", "size": 3}, 3),
        ({"paging": "cursor", "next": "next"}, 3),
        ({"paging": "cursor", "next": "next", "method": "POST"}, 3),
    ],
)
async def test_every_way_of_paging(
    context: TestContext, inputs: dict[str, object], pages: int
) -> None:
    async with serving(listing) as server:
        got = await run(HttpPages, context, url=server.url("/list"), items="data.items", **inputs)
    assert got["items"] == [ALL]
    assert (got["pages"], got["complete"], got["count"]) == ([pages], [True], [7])
    if "size_parameter" in inputs:
        assert "per_page=3" in server.asked[0].target


async def test_it_ends_at_limits_and_where_pages_go_in_a_circle(context: TestContext) -> None:
    async with serving(listing) as server:
        call = {"url": server.url("/list"), "items": "data.items"}
        got = await run(HttpPages, context, **call, limit=4)
        assert (got["items"], got["complete"]) == ([[0, 1, 2, 3]], [False])
        got = await run(HttpPages, context, **call, most_pages=2)
        assert (got["count"], got["complete"]) == ([6], [False])
    async with serving(said([1], link='</list>; rel="next"')) as server:
        got = await run(HttpPages, context, url=server.url("/list"), most_pages=50)
        assert got["items"] == [[1]] and len(server.asked) == 1


async def test_the_next_page_of_somebody_else_is_not_asked_for(context: TestContext) -> None:
    context.credentials["any"] = OpenCredential(
        {"k": "v"}, hosts=("127.0.0.1",), headers={"Authorization": "Bearer v"}
    )
    async with serving(said([2])) as other:
        away = said([1], link=f'<{other.url("/list")}>; rel="next"')
        async with serving(away) as server:
            with pytest.raises(BlockError) as raised:
                await run(HttpPages, context, url=server.url("/list"))
    assert raised.value.code == "next_page_elsewhere"
    assert other.asked == [] and server.asked[0].headers["authorization"] == "Bearer v"
