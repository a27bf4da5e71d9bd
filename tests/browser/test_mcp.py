"""Servers of tools in the browser: added by address, looked at, their tools put on the canvas."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from playwright.sync_api import expect

from tests.browser.builder import Builder
from tests.browser.conftest import QUIET, Site, Visit, serious
from tests.mcp.peer import Peer, everything, served
from tests.server.kit import ServerProcess

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One that may reach servers of this machine."""
    folder = tmp_path_factory.mktemp("site")
    process = ServerProcess(folder, **QUIET, LUBAN_ALLOW_HOSTS="loopback")
    yield Site(process.url)
    process.stop()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a server of tools answers, in a loop of its own."""
    told: Future[str] = Future()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        peer = Peer()
        async with served(everything(peer), peer):
            told.set_result(peer.url)
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    yield told.result(timeout=20)
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh-CN", "dark", 390), ("en", "light", 1280)]
)
def test_everybody_can_use_the_page(visit: Visit, language: str, theme: str, width: int) -> None:
    page = visit("/settings/mcp", language=language, theme=theme, width=width)
    add = "Add a server" if language == "en" else "添加服务器"
    page.get_by_role("button", name=add, exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_focused()
    assert serious(page) == []
    page.keyboard.press("Escape")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_server_is_added_and_its_tool_put_on_the_canvas(
    visit: Visit, site: Site, address: str
) -> None:
    page = visit("/settings/mcp")
    page.get_by_role("button", name="Add a server").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("fixture")
    dialog.get_by_label("Address or command").fill(address)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).not_to_be_visible(timeout=20_000)
    page.get_by_role("button", name="6 tools").click()
    expect(page.get_by_text("mcp:fixture/add")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("notes://today")).to_be_visible()
    builder = Builder(page, site.url)
    builder.create({"luban": 1, "name": "Sums", "nodes": {}, "links": []})
    page.locator("#builder-left input, input[type=search]").first.fill("whole numbers")
    page.get_by_role("button", name="fixture: Adds two whole numbers").click()
    stored = builder.wait_stored(lambda document: "arguments" in str(document))
    (node,) = stored["nodes"].values()
    assert node["block"] == "mcp.call"
    assert node["with"] == {"server": "fixture", "tool": "add", "arguments": {"a": "", "b": ""}}
