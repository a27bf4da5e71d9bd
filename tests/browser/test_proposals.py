"""An agent asked for in words: drafted before one's eyes, shown as a difference, taken in part."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from luban.llm.scripted.script import Reply, ReplyCall
from luban.llm.scripted.server import scripted_server
from tests.browser.conftest import QUIET, Site, Visit, serious
from tests.server.kit import ServerProcess

pytestmark = pytest.mark.browser

LOUD = """\
luban: 1
name: Loud
nodes:
  said: {block: io.input_text, with: {name: text, value: hello}}
  louder: {block: text.change_case, with: {operation: upper}}
  result: {block: io.output, with: {name: loud}}
links:
  - said.value -> louder.text
  - louder.processed_text -> result.value
"""
OTHER = """\
luban: 1
name: Loud
nodes:
  said: {block: io.input_text, with: {name: text, value: hello}}
  louder: {block: text.change_case, with: {operation: lower}}
  count: {block: text.count}
  words: {block: io.output, with: {name: words}}
links:
  - said.value -> louder.text
  - louder.processed_text -> count.text
  - count.word_count -> words.value
"""


def proposing(text: str, summary: str) -> list[Reply]:
    call = ReplyCall(name="build_propose_agent", arguments={"text": text, "summary": summary})
    return [Reply(calls=(call,), times=1), Reply(text="I proposed it.", times=1)]


@contextmanager
def model(replies: list[Reply]) -> Iterator[str]:
    """The address of a scripted model that answers from a thread of its own."""
    address: list[str] = []
    loop, ready = asyncio.new_event_loop(), threading.Event()
    over = asyncio.Event()

    async def serve() -> None:
        async with scripted_server(replies) as served:
            address.append(served.base_url)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(30)
    yield address[0]
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    replies = [*proposing(LOUD, "Makes a text loud."), *proposing(OTHER, "Counts its words.")]
    with model(replies) as address:
        process = ServerProcess(
            tmp_path_factory.mktemp("proposals"),
            **QUIET,
            OPENAI_BASE_URL=address,
            LUBAN_MODEL="small",
        )
        yield Site(process.url)
        process.stop()


def picture(page: Page, name: str) -> None:
    """Kept where `LUBAN_PICTURES` says, for people to look at."""
    if folder := os.environ.get("LUBAN_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def stored(site: Site) -> dict[str, Any]:
    (agent,) = [one for one in site.ask("GET", "/agents")["items"] if one["name"] == "Loud"]
    return agent["document"]


def node(page: Page, name: str) -> Any:
    return page.locator(f".lb-card[data-node={name}]")


def test_make_look_accept_one_refuse_one(visit: Visit, site: Site, chromium: Browser) -> None:
    page = visit("/")
    page.get_by_label("What should it do?").fill("an agent that makes a text loud")
    picture(page, "make-home")
    page.keyboard.press("Control+Enter")
    panel = page.locator("[data-proposal]")
    expect(panel).to_be_visible(timeout=30_000)
    expect(node(page, "louder")).to_have_class(re.compile("lb-mark-added"))
    picture(page, "proposal-new")
    panel.get_by_role("button", name="Apply").click()
    expect(panel).to_be_hidden(timeout=20_000)
    assert set(stored(site)["nodes"]) == {"said", "louder", "result"}

    page.get_by_role("button", name="Describe a change…").click()
    page.get_by_label("What should be different?").fill("count the words instead")
    page.get_by_role("dialog").get_by_role("button", name="Make…").click()
    expect(panel).to_be_visible(timeout=30_000)
    expect(panel).to_contain_text("Counts its words.")
    for name, mark in (("count", "added"), ("result", "removed"), ("louder", "changed")):
        expect(page.locator(f".lb-mark-{mark}[data-node={name}]")).to_be_visible()
    picture(page, "proposal-light")
    assert serious(page) == []
    page.goto(f"{site.url}/proposals/{panel.get_attribute('data-proposal')}")
    expect(panel).to_be_visible(timeout=30_000)
    lower = panel.get_by_role("checkbox", name="Accept: louder: operation")
    lower.focus()
    page.keyboard.press("Space")
    expect(lower).not_to_be_checked()
    expect(page.locator(".lb-mark-changed[data-node=louder]")).to_be_hidden()
    panel.get_by_role("checkbox", name="Accept: Add the node count").uncheck()
    expect(
        panel.get_by_role("checkbox", name="Accept: Link count.word_count -> words.value")
    ).not_to_be_checked()
    panel.get_by_role("checkbox", name="Accept: Link count.word_count -> words.value").check()
    expect(panel.get_by_role("checkbox", name="Accept: Add the node count")).to_be_checked()
    panel.get_by_role("button", name="Apply").click()
    expect(panel).to_be_hidden(timeout=20_000)
    document = stored(site)
    assert document["nodes"]["louder"]["with"] == {"operation": "upper"}, "this one was refused"
    assert set(document["nodes"]) == {"said", "louder", "count", "words"}
    page.get_by_role("button", name="Undo: Take over a proposal").click()
    page.get_by_role("button", name="Show everything").click()
    expect(node(page, "result")).to_be_visible()
