"""The feed block against feeds as the web has them, and what only looks like one."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest

from luban.blocks.web.feed import Feed
from luban.sdk import BlockError, TemporaryError
from luban.sdk.testing import TestContext
from tests.blocks_web.conftest import run
from tests.net.raw_server import plain, serving, silent

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>木匠 &amp; 友</title>
<entry><title type="html">锁 &lt;b&gt;新&lt;/b&gt;</title><id>urn:1</id>
<link href="/posts/1"/><updated>2026-01-31T06:00:00+08:00</updated>
<author><name>班</name></author><category term="工具"/>
<content type="html">&lt;p&gt;第一段。&lt;/p&gt;&lt;p&gt;第二段。
&lt;script&gt;x()&lt;/script&gt;&lt;/p&gt;</content></entry>
<entry><title>无日期</title><id>urn:2</id></entry>
</feed>"""


def rss(items: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


async def read(context: TestContext, content: bytes | str, kind: str = "", **inputs: Any):
    headers = {"content-type": kind} if kind else {}
    async with serving(plain(content, headers=headers)) as server:
        return await run(Feed, context, url=server.url("/feed"), **inputs), server


async def test_an_atom_feed(context: TestContext) -> None:
    got, server = await read(context, ATOM, "application/atom+xml")
    assert got["title"] == ["木匠 & 友"]
    assert got["count"] == [2]
    assert got["entry"] == got["entries"][0]
    assert got["entry"][0] == {
        "title": "锁 新",
        "link": server.url("/posts/1"),
        "summary": "第一段。\n第二段。",
        "published": "2026-01-30T22:00:00Z",
        "author": "班",
        "categories": ["工具"],
        "id": "urn:1",
    }
    assert got["entry"][1]["published"] == ""


async def test_limits_by_number_and_age(context: TestContext) -> None:
    dates = ["Sat, 31 Jan 2026 07:50:00 GMT", "Sat, 31 Jan 2026 05:00:00 GMT"]
    items = "".join(f"<item><title>{day}</title><pubDate>{day}</pubDate></item>" for day in dates)
    items += "<item><title>undated</title></item>"
    cases: list[tuple[dict[str, Any], int]] = [
        ({}, 3),
        ({"limit": 1}, 1),
        ({"limit": 0}, 3),
        ({"hours": 1}, 2),
        ({"hours": 24, "since": "2026-01-31T06:00:00"}, 2),
        ({"since": "2026-02-01"}, 1),
    ]
    for inputs, count in cases:
        got, _ = await read(context, rss(items), **inputs)
        assert got["count"] == [count], inputs


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (rss("<item><title>新闻</title></item>").encode("gbk"), "text/xml; charset=gbk"),
        (
            rss(
                "<item><title>新闻</title></item>", '<?xml version="1.0" encoding="gb2312"?>'
            ).encode("gbk"),
            "text/xml",
        ),
        (rss("<item><title>新闻</title></item>").encode("utf-8-sig"), "application/rss+xml"),
        (rss("<item><title>新闻</title></item>"), "text/html"),
    ],
)
async def test_feeds_in_many_encodings(
    context: TestContext, content: bytes | str, kind: str
) -> None:
    got, _ = await read(context, content, kind)
    assert got["entry"][0]["title"] == "新闻"


async def test_bad_xml_with_entries_gives_what_can_be_read(context: TestContext) -> None:
    broken = "<rss version='2.0'><channel><title>T</title><item><title>a & b</title><link>x"
    got, _ = await read(context, broken, "application/rss+xml")
    assert got["entry"][0]["title"] == "a & b"


async def test_an_empty_feed_is_a_feed(context: TestContext) -> None:
    got, _ = await read(context, rss(""), "application/rss+xml")
    assert (got["entries"], got["count"], "entry" in got) == ([[]], [0], False)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("<html><body>welcome</body></html>", "text/html"),
        ('{"items": []}', "application/json"),
        ("just words", "text/plain"),
        ("", "text/xml"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
        ("<?xml version='1.0'?><note><to>you</to></note>", "text/xml"),
        ("/etc/passwd", "text/plain"),
        ("http://127.0.0.1/feed", "text/plain"),
    ],
)
async def test_what_is_not_a_feed(context: TestContext, content: bytes | str, kind: str) -> None:
    with pytest.raises(BlockError, match="not an RSS or Atom feed") as raised:
        await read(context, content, kind)
    assert raised.value.code == "not_a_feed"
    assert "不是 RSS" in raised.value.message_zh


async def test_a_page_that_names_its_feed(context: TestContext) -> None:
    html = "<head><link rel=alternate type='application/rss+xml' href='/rss.xml'></head>"
    with pytest.raises(BlockError, match=r"It offers this feed: http://127\.0\.0\.1:\d+/rss\.xml"):
        await read(context, html, "text/html")


async def test_entities_do_not_explode(context: TestContext) -> None:
    names = "abcdefghi"
    entities = f'<!ENTITY a "{"A" * 1000}">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names)
    )
    bomb = rss("<item><title>&i;</title></item>", f"<!DOCTYPE x [{entities}]>")
    quadratic = rss(
        f"<item><title>{'&a;' * 50_000}</title></item>",
        f'<!DOCTYPE x [<!ENTITY a "{"A" * 50_000}">]>',
    )
    started = time.monotonic()
    for each in (bomb, quadratic):
        with pytest.raises(BlockError) as raised:
            await read(context, each, "text/xml")
        assert raised.value.code == "xml_entities"
    assert time.monotonic() - started < 5


async def test_a_file_entity_reads_no_file(context: TestContext) -> None:
    doctype = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    with pytest.raises(BlockError) as raised:
        await read(context, rss("<item><title>[&f;]</title></item>", doctype), "text/xml")
    assert raised.value.code == "xml_entities"


async def test_a_letter_by_a_name_is_harmless(context: TestContext) -> None:
    doctype = '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"> <!ENTITY shop "Locks">]>'
    got, _ = await read(context, rss("<item><title>&shop;</title></item>", doctype), "text/xml")
    assert got["entry"][0]["title"] in ("Locks", "&shop;")  # that it is read, is what counts


async def test_a_feed_that_never_answers(context: TestContext) -> None:
    async with serving(silent) as server:
        with pytest.raises(TemporaryError):
            await run(Feed, context, url=server.url(), timeout=0.3)
