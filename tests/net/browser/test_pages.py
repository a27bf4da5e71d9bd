"""Pages that programs make, and what a page cannot do from inside a browser."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from luban.net import AllowList
from luban.net.browser import Chromium
from luban.net.browser.chromium import PageLimits
from luban.net.browser.errors import (
    BadSelector,
    BrowserMissing,
    BrowserSandboxMissing,
    PageNotLoaded,
    PageTooLarge,
)
from luban.net.errors import AddressForbidden, BadAddress
from luban.sdk.browser import Sight
from tests.net.browser.conftest import MakeBrowser
from tests.net.raw_server import Answer, by_path, plain, serving, silent

pytestmark = pytest.mark.browser

HTML = {"content-type": "text/html; charset=utf-8"}


def page(body: str) -> Answer:
    return plain(f"<!doctype html><title>Seen</title><body>{body}", headers=HTML)


async def test_a_page_is_given_as_its_programs_made_it(make_browser: MakeBrowser) -> None:
    drawn = page(
        "<p id=a></p><script>fetch('/d').then(r => r.text()).then(t => {"
        "const b = document.createElement('b'); b.id = 'late'; b.textContent = t;"
        "document.body.append(b)})</script>"
    )
    async with serving(by_path({"/": drawn, "/d": plain("鲁班")})) as server:
        browser = make_browser("loopback")
        seen = await browser.open(server.url("/?key=1"), Sight(selector="#late", language="zh-CN"))
        assert (seen.status, seen.title, seen.url) == (200, "Seen", server.url("/?key=1"))
        assert '<b id="late">鲁班</b>' in seen.html
        assert server.asked[0].headers["accept-language"].startswith("zh-CN")
        assert "proxy-authorization" not in server.asked[0].headers
        # Each request has a connection of its own: none goes to a place that another was for.
        assert [asked.target for asked in server.asked][:2] == ["/?key=1", "/d"]
        picture = await browser.open(server.url(), Sight(make="screenshot", width=400, height=300))
        assert picture.content.startswith(b"\x89PNG")
        assert int.from_bytes(picture.content[16:20]) == 400
        document = await browser.open(server.url(), Sight(make="pdf"))
        assert document.content.startswith(b"%PDF")


def test_a_page_opens_on_the_loop_that_servers_have(make_browser: MakeBrowser) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def opened() -> str:
        async with serving(page("x")) as server:
            return (await make_browser("loopback").open(server.url(), Sight(until="load"))).title

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(opened()) == "Seen"


async def test_nothing_of_a_page_reaches_what_is_not_allowed(make_browser: MakeBrowser) -> None:
    """By picture, frame, script, fetch, socket, form and UDP; also under a name of the web."""
    told = asyncio.Event()
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    udp.setblocking(False)
    async with serving(plain("secret")) as inner:
        there = f"127.0.0.1:{inner.port}"
        port = udp.getsockname()[1]
        evil = page(
            f"<img src='http://{there}/img'><iframe src='http://{there}/frame'></iframe>"
            f"<script src='http://localhost:{inner.port}/script'></script>"
            f"<link rel=preconnect href='http://{there}'><link rel=prefetch href='http://{there}/p'>"
            f"<iframe src='http://inner.test:{inner.port}/rebound'></iframe>"
            f"<script>const go = async () => {{"
            f"new WebSocket('ws://{there}/socket');"
            f"try {{ new RTCPeerConnection({{iceServers:[{{urls:'stun:127.0.0.1:{port}'}}]}})"
            f".createDataChannel('x') }} catch (e) {{}}"
            f"const p = new RTCPeerConnection({{iceServers:[{{urls:'stun:127.0.0.1:{port}'}}]}});"
            "p.createDataChannel('x'); p.setLocalDescription(await p.createOffer());"
            f"for (const u of ['http://{there}/fetch', 'http://[::1]:{inner.port}/six', "
            f"'http://2130706433:{inner.port}/decimal', 'file:///etc/passwd'])"
            "{ try { await fetch(u, {mode: 'no-cors'}) } catch (e) {} }"
            "document.title = 'tried' }; go()</script>"
        )

        async def answer(asked: object, writer: asyncio.StreamWriter) -> None:
            told.set()
            await evil(asked, writer)  # pyright: ignore[reportArgumentType]

        async with serving(answer) as outer:
            names = {"page.test": [["127.0.0.1"]], "inner.test": [["127.0.0.1"]]}
            browser = make_browser(f"page.test:{outer.port}", names=names)
            seen = await browser.open(outer.url(host="page.test"), Sight(wait=1.0))
    assert told.is_set() and seen.title == "tried"
    assert inner.asked == []
    with pytest.raises(BlockingIOError):
        udp.recv(100)
    udp.close()


async def test_a_redirect_or_a_program_leads_nowhere_forbidden(make_browser: MakeBrowser) -> None:
    async with serving(plain("secret")) as inner:
        to = f"http://127.0.0.1:{inner.port}/x"
        pages = by_path(
            {
                "/redirect": plain(status="302 Found", headers={"location": to}),
                "/program": page(f"<script>location = '{to}'</script>"),
            }
        )
        async with serving(pages) as outer:
            browser = make_browser(f"127.0.0.1:{outer.port}")
            for path in ("/redirect", "/program"):
                with pytest.raises(AddressForbidden):
                    await browser.open(outer.url(path))
    assert inner.asked == []


async def test_a_name_that_moves_inside_after_the_check_is_refused(
    make_browser: MakeBrowser,
) -> None:
    """DNS rebinding: the second look-up, of the same name, leads to a private address."""
    rebound = {"moving.test": [["93.184.216.34"], ["127.0.0.1"]]}
    async with serving(page("secret")) as server:
        with pytest.raises(AddressForbidden, match=r"moving\.test"):
            await make_browser(f"*:{server.port}", names=rebound).open(
                server.url(host="moving.test")
            )
    assert server.asked == []


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "http://localhost/", "http://0x7f.1/", "http://[::1]/"]
)
async def test_a_forbidden_address_starts_no_browser(url: str) -> None:
    with pytest.raises(AddressForbidden):
        await Chromium(AllowList(), "/bin/false").open(url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://version", "javascript:1"])
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        await Chromium(AllowList(), "/bin/false").open(url)


async def test_limits_of_time_traffic_and_selectors(make_browser: MakeBrowser) -> None:
    async def endless(asked: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(b"<p>" + b"x" * 65_536)
            await writer.drain()

    pages = by_path({"/never": silent, "/endless": endless, "/": page("x")})
    async with serving(pages) as server:
        browser = make_browser("loopback", limits=PageLimits(traffic=3_000_000))
        with pytest.raises(PageTooLarge, match="3 MB"):
            await browser.open(server.url("/endless"), Sight(timeout=30))
        with pytest.raises(BadSelector):
            await browser.open(server.url(), Sight(selector="p[", until="load"))
        browser = make_browser("loopback", limits=PageLimits(memory=1_000))
        with pytest.raises(PageTooLarge, match="memory"):
            await browser.open(server.url("/never"), Sight(timeout=30))


async def test_a_cancelled_page_leaves_no_process(make_browser: MakeBrowser) -> None:
    arrived = asyncio.Event()

    async def never(asked: object, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.Event().wait()

    async with serving(never) as server:
        opening = asyncio.create_task(make_browser("loopback").open(server.url("/unlike-any")))
        await asyncio.wait_for(arrived.wait(), 60)
        before = _browsers()
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
    assert before and not before & _browsers()


async def test_a_browser_that_cannot_be_had_says_so(tmp_path: Path) -> None:
    async with serving(page("x")) as server:
        for given in ("off", str(tmp_path / "none")):
            with pytest.raises(BrowserMissing):
                await Chromium(AllowList.parse("loopback"), given).open(server.url())


async def test_a_browser_that_cannot_lock_pages_in_says_so(tmp_path: Path) -> None:
    said = "[1:1:0101/0:FATAL:zygote_host_impl_linux.cc(126)] No usable sandbox! See the docs."
    program = tmp_path / "chromium"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    program.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents[:3]):  # whoever runs the browser must find it
        folder.chmod(folder.stat().st_mode | 0o055)
    async with serving(page("x")) as server:
        with pytest.raises(BrowserSandboxMissing, match="No usable sandbox"):
            await Chromium(AllowList.parse("loopback"), str(program)).open(server.url())
    assert server.asked == []


async def test_nobody_listens(make_browser: MakeBrowser) -> None:
    async with serving(page("x")) as server:
        pass
    with pytest.raises(PageNotLoaded):
        await make_browser("loopback").open(server.url())


def _browsers() -> set[str]:
    """The profile folders of browsers that run."""
    found: set[str] = set()
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        found |= {word for word in words if word.startswith("--user-data-dir=") and "luban" in word}
    return found
