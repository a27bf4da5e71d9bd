"""The page block against pages as the web has them."""

from __future__ import annotations

import time

import pytest

from luban.blocks.web.page_to_text import PageToText
from luban.sdk import BlockError, TemporaryError
from luban.sdk.testing import TestContext
from tests.blocks_web.conftest import run
from tests.net.raw_server import by_path, plain, serving, silent

HTML = {"content-type": "text/html"}
SENTENCE = "鲁班是春秋时期著名的工匠，他一生中有许多发明，其中最有名的是锯子、刨子和墨斗。"


def page(head: str = "<title>鲁班 - 某站</title>", sentence: str = SENTENCE) -> str:
    sections = "".join(
        f"<h2>第{number}节</h2><p>{number}：{sentence * 3}<a href='/more{number}'>更多</a></p>"
        for number in range(3)
    )
    return (
        f"<html><head>{head}</head><body><nav><a href='/'>首页</a><a href='mailto:a@b'>信</a></nav>"
        f"<script>var x = 1</script><article><h1>鲁班造锁</h1>{sections}"
        "<table><tr><th>甲</th><th>乙</th></tr><tr><td>1</td><td>2</td></tr></table>"
        "</article><footer>版权所有</footer></body></html>"
    )


async def test_the_main_text_as_markdown(context: TestContext) -> None:
    async with serving(plain(page(), headers=HTML)) as server:
        got = await run(PageToText, context, url=server.url("/a"))
    (text,) = got["text"]
    assert text.startswith("# 鲁班造锁\n\n## 第0节")
    assert "| 甲 | 乙 |" in text
    for around in ("首页", "版权所有", "var x", "http://"):
        assert around not in text
    assert got["title"] == ["鲁班造锁"]
    assert {"text": "更多", "url": server.url("/more0")} in got["links"][0]
    assert not any(link["url"].startswith("mailto") for link in got["links"][0])


async def test_links_can_be_kept(context: TestContext) -> None:
    async with serving(plain(page(), headers=HTML)) as server:
        got = await run(PageToText, context, url=server.url(), keep_links=True)
    assert f"[更多]({server.url('/more1')})" in got["text"][0]


@pytest.mark.parametrize(
    ("encoding", "headers", "head"),
    [
        ("gbk", {"content-type": "text/html; charset=gbk"}, "<title>t</title>"),
        ("gbk", HTML, "<meta charset='gb2312'><title>t</title>"),
        (
            "gb18030",
            HTML,
            "<meta http-equiv=Content-Type content='text/html; charset=gb18030'><title>t</title>",
        ),
        ("gbk", HTML, "<title>t</title>"),
        ("utf-8", HTML, "<title>t</title>"),
        ("utf-16", HTML, "<title>t</title>"),
        ("big5hkscs", {"content-type": "text/html; charset=big5-hkscs"}, "<title>t</title>"),
    ],
)
async def test_pages_in_many_encodings(
    context: TestContext, encoding: str, headers: dict[str, str], head: str
) -> None:
    sentence = "魯班是木匠的祖師，他造的鎖不用一顆釘子。" if "big5" in encoding else SENTENCE
    content = page(head, sentence).encode(encoding, errors="ignore")
    async with serving(plain(content, headers=headers)) as server:
        got = await run(PageToText, context, url=server.url())
    assert sentence in got["text"][0]


async def test_a_short_page_and_a_plain_text(context: TestContext) -> None:
    pages = by_path(
        {
            "/short": plain("<p>Hi <b>you</b></p>", headers=HTML),
            "/text": plain("# plain\ntext", headers={"content-type": "text/plain"}),
        }
    )
    async with serving(pages) as server:
        short = await run(PageToText, context, url=server.url("/short"))
        text = await run(PageToText, context, url=server.url("/text"))
    assert short["text"] == ["Hi **you**"]
    assert (text["text"], text["title"], text["links"]) == (["# plain\ntext"], [""], [[]])


async def test_the_text_is_cut(context: TestContext) -> None:
    async with serving(plain(page(), headers=HTML)) as server:
        got = await run(PageToText, context, url=server.url(), max_length=50)
        whole = await run(PageToText, context, url=server.url(), max_length=0)
    assert len(got["text"][0]) <= 50 and got["text"][0].endswith("…")
    assert len(whole["text"][0]) > 300


async def test_links_start_from_the_base_of_the_page(context: TestContext) -> None:
    html = "<head><base href='/deep/'></head><p>text</p><a href='x'>X</a><a href='http://['>no</a>"
    async with serving(plain(html, headers=HTML)) as server:
        got = await run(PageToText, context, url=server.url("/a"))
    assert got["links"] == [[{"text": "X", "url": server.url("/deep/x")}]]


async def test_a_page_of_50_megabytes(context: TestContext) -> None:
    content = b"<html><body>" + b"<p>some words in a row</p>" * 2_000_000
    async with serving(plain(content, headers=HTML)) as server:
        started = time.monotonic()
        with pytest.raises(BlockError, match="more than 5 MB") as raised:
            await run(PageToText, context, url=server.url())
    assert time.monotonic() - started < 5
    assert not raised.value.retryable


async def test_a_large_page_within_the_limit(context: TestContext) -> None:
    content = "<html><body><article>" + f"<p>{SENTENCE}</p>" * 30_000
    async with serving(plain(content.encode()[:4_900_000], headers=HTML)) as server:
        got = await run(PageToText, context, url=server.url(), max_length=1000)
    assert len(got["text"][0]) <= 1000


async def test_markup_nested_without_end(context: TestContext) -> None:
    content = "<div>" * 20_000 + "<p>in the deep</p>" + "</div>" * 20_000
    async with serving(plain(content, headers=HTML)) as server:
        with pytest.raises(BlockError) as raised:
            await run(PageToText, context, url=server.url())
    assert raised.value.code == "no_text"


async def test_a_page_that_never_answers(context: TestContext) -> None:
    async with serving(silent) as server:
        with pytest.raises(TemporaryError):
            await run(PageToText, context, url=server.url(), timeout=0.3)


@pytest.mark.parametrize(
    ("status", "retryable"), [("404 No", False), ("403 No", False), ("503 Later", True)]
)
async def test_a_page_that_is_not_there(context: TestContext, status: str, retryable: bool) -> None:
    async with serving(plain("<p>error page</p>", status, HTML)) as server:
        with pytest.raises(BlockError, match=status[:3]) as raised:
            await run(PageToText, context, url=server.url("/p?key=hidden"))
    assert raised.value.retryable is retryable
    assert "hidden" not in str(raised.value.as_json())


async def test_a_page_that_a_program_fills(context: TestContext) -> None:
    html = "<html><body><div id=app></div><script>start()</script></body></html>"
    async with serving(plain(html, headers=HTML)) as server:
        with pytest.raises(BlockError, match="no text"):
            await run(PageToText, context, url=server.url())
