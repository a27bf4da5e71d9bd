"""Sites as blocks read them: robots.txt, sitemaps, crawls, large files, hostile pages."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from luban.blocks.web.crawl import Crawl
from luban.blocks.web.download import Download
from luban.blocks.web.feed import Feed
from luban.blocks.web.html_tables import tables_of
from luban.blocks.web.http_request import HttpRequest
from luban.blocks.web.page_to_text import PageToText
from luban.blocks.web.robots import Robots
from luban.blocks.web.sitemap import Sitemap
from luban.net import GuardedHttp
from luban.sdk import BlockError, TemporaryError
from luban.sdk.testing import TestContext
from tests.blocks_web.conftest import run
from tests.net.raw_server import Asked, by_path, plain, serving

HTML = {"content-type": "text/html"}
XML = {"content-type": "application/xml"}


async def test_robots_are_asked_once_an_hour_and_kept_to(context: TestContext) -> None:
    rules = "User-agent: Luban\nDisallow: /no\nCrawl-delay: 3\n\nUser-agent: *\nDisallow: /"
    async with serving(by_path({"/robots.txt": plain(rules)})) as server:
        robots = Robots(context, 5)
        assert await robots.allows(server.url("/yes"))
        assert not await robots.allows(server.url("/no/x"))
        assert await robots.delay(server.url("/")) == 3
        assert await Robots(context, 5).allows(server.url("/yes"))
        assert len(server.asked) == 1
        context.time += 3601
        await Robots(context, 5).allows(server.url("/yes"))
        assert len(server.asked) == 2


@pytest.mark.parametrize(("status", "read"), [("404 No", True), ("503 Down", False)])
async def test_a_site_without_rules_is_read_and_one_that_cannot_say_is_not(
    context: TestContext, status: str, read: bool
) -> None:
    pages = {"/robots.txt": plain("x", status), "/": plain("<p>hello there", headers=HTML)}
    async with serving(by_path(pages)) as server:
        if read:
            assert (await run(PageToText, context, url=server.url(), robots=True))["text"]
        else:
            with pytest.raises(TemporaryError, match="robots"):
                await run(PageToText, context, url=server.url(), robots=True)


async def test_a_crawl_stays_where_it_was_sent(context: TestContext) -> None:
    def linked(*urls: str):
        return plain("<p>words " + "".join(f"<a href='{url}'>x</a>" for url in urls), headers=HTML)

    async with serving(plain("other")) as other:
        pages = {
            "/docs/": linked("a#1", "a#2", "/outside", other.url(), "skip", "deep"),
            "/docs/a": linked("b"),
            "/docs/b": linked(),
            "/docs/deep": linked("/docs/deeper"),
            "/docs/deeper": linked(),
        }
        async with serving(by_path(pages)) as server:
            got = await run(
                Crawl,
                context,
                url=server.url("/docs/"),
                within="path",
                without=["skip"],
                depth=1,
                delay=0,
            )
    assert [page["url"] for page in got["page"]] == [
        server.url(path) for path in ("/docs/", "/docs/a", "/docs/deep")
    ]
    assert [page["depth"] for page in got["page"]] == [0, 1, 1]
    assert other.asked == []


async def test_a_packed_sitemap(context: TestContext) -> None:
    entries = "".join(f"<url><loc>https://s.test/{number}</loc></url>" for number in range(3000))
    packed = gzip.compress(f"<urlset>{entries}</urlset>".encode())
    async with serving(plain(packed)) as server:
        got = await run(Sitemap, context, url=server.url("/map.xml.gz"), limit=5000)
        assert got["count"] == [3000]
        got = await run(Sitemap, context, url=server.url("/map.xml.gz"), limit=10)
        assert (got["count"], got["complete"]) == ([10], [False])


BOMB = gzip.compress(b"<urlset>" + b" " * 60_000_000, 1)
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB, "sitemap_too_large"),
        (ENTITIES + b"<urlset><url><loc>&b;&f;</loc></url></urlset>", "xml_entities"),
        (gzip.compress(b"x", mtime=0)[:8], "not_a_sitemap"),
        (b"<urlset><url>", "not_a_sitemap"),
        (b"\x00\x01", "not_a_sitemap"),
    ],
)
async def test_sitemaps_that_mean_harm(context: TestContext, content: bytes, code: str) -> None:
    async with serving(plain(content, headers=XML)) as server:
        with pytest.raises(BlockError) as raised:
            await run(Sitemap, context, url=server.url("/map.xml"))
    assert raised.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_a_feed_with_entities_is_not_read(context: TestContext, encoding: str) -> None:
    feed = (
        ENTITIES + b"<rss version='2.0'><channel><title>&b;&f;</title></channel></rss>"
    ).decode()
    async with serving(plain(feed.encode(encoding), headers=XML)) as server:
        with pytest.raises(BlockError) as raised:
            await run(Feed, context, url=server.url())
    assert raised.value.code == "xml_entities"


async def test_new_entries_of_a_feed_come_once_and_again_to_another_try(
    context: TestContext,
) -> None:
    def feed(*names: str) -> str:
        items = "".join(f"<item><title>{name}</title><guid>{name}</guid></item>" for name in names)
        return f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>"

    said = [feed("a"), feed("b", "a"), feed("c", "b", "a"), feed("c", "b", "a")]

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await plain(said.pop(0), headers=XML)(asked, writer)

    async with serving(answer) as server:
        for key, expected in (("1", ["a"]), ("2", ["b"]), ("2", ["c", "b"]), ("3", [])):
            context.idempotency_key = key
            got = await run(Feed, context, url=server.url(), new_only=True)
            assert [entry["title"] for entry in got["entries"][0]] == expected


async def test_tables_with_spans_and_without_end() -> None:
    (table,) = tables_of(
        "<table><tr><th colspan=2>A<th>B</tr><tr><td rowspan=2>1<td>2<td>3</tr>"
        "<tr><td>4<td>5</tr></table>"
    )
    assert table.columns == ["A", "A (2)", "B"]
    assert table.rows == [{"A": "1", "A (2)": "2", "B": "3"}, {"A": "1", "A (2)": "4", "B": "5"}]
    wide = "<tr>" + "<td colspan=999 rowspan=999>x" * 400 + "</tr>"
    tables = tables_of(f"<table>{wide * 400}</table>")
    assert sum(len(row) for each in tables for row in each.rows) <= 200_000


async def test_a_large_file_goes_up_and_down(context: TestContext) -> None:
    content = bytes(range(256)) * 40_000
    file = context.files.put("big.bin", content, "application/x-big").as_value()
    headers = {
        "content-type": "application/x-big",
        "content-disposition": "attachment; filename*=UTF-8''..%2F..%2F%E4%B8%80.bin",
    }
    async with serving(plain(content, headers=headers)) as server:
        got = await run(
            HttpRequest,
            context,
            url=server.url("/up"),
            method="PUT",
            body_as="file",
            files=[file],
            read_as="file",
        )
        assert server.asked[0].headers["content-length"] == str(len(content))
        assert server.asked[0].headers["content-type"] == "application/x-big"
        assert server.asked[0].body == content
        stored = (await run(Download, context, url=server.url("/x")))["file"][0]
        with pytest.raises(BlockError, match="more than 1 MB"):
            await run(Download, context, url=server.url("/x"), max_megabytes=1)
    for ref in (got["response"][0], stored):
        assert (ref["name"], ref["size"]) == ("一.bin", len(content))


async def test_downloads_and_crawls_reach_nothing_private(context: TestContext) -> None:
    context.http = GuardedHttp()  # pyright: ignore[reportAttributeAccessIssue]
    async with serving(plain("secret")) as server:
        for block in (Download, Crawl, Sitemap, Feed, PageToText):
            with pytest.raises(BlockError, match="LUBAN_ALLOW_HOSTS"):
                await run(block, context, url=server.url("/x"))
    assert server.asked == []
