"""Talking with agents on the page: streamed from a model over HTTP, reloaded, branched, asked."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import scripted_server
from tests.api.test_threads import parrot
from tests.browser.conftest import QUIET, Site, Visit, serious
from tests.server.kit import ServerProcess
from tests.services.kit import one_step

pytestmark = pytest.mark.browser

STORY = "# Ducks\n\n" + "\n\n".join(f"{n}. They **swim** and quack." for n in range(1, 30))
REPLIES = [
    Reply(text=STORY, gap=0.2, after="story"),
    Reply(text="`First` answer", times=1),
    Reply(text="Another answer"),
]


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """A scripted model server with a loop of its own: the tests are none of asyncio's."""
    told: queue.Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def serve() -> None:
        done = asyncio.Event()
        async with scripted_server(REPLIES) as server:
            told.put((server.base_url, asyncio.get_running_loop(), done))
            await done.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    address, loop, done = told.get(timeout=10)
    yield address
    loop.call_soon_threadsafe(done.set)
    thread.join(10)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, model: str) -> Iterator[Site]:
    settings = {"OPENAI_BASE_URL": model, "OPENAI_API_KEY": "k", "LUBAN_MODEL": "openai/m"}
    process = ServerProcess(tmp_path_factory.mktemp("site"), **QUIET, **settings)
    yield Site(process.url)
    process.stop()


def send(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def test_a_talk_is_streamed_reloaded_branched_and_stopped(visit: Visit, site: Site) -> None:
    agent = site.agent("Parrot", parrot())
    page = visit(f"/chat?agent={agent}")
    send(page, "First question")
    expect(page.locator("code", has_text="First")).to_be_visible(timeout=15_000)
    expect(page).to_have_title("First question · Luban 鲁班")
    answer = page.get_by_role("article", name="Parrot").last
    answer.get_by_role("button", name="Answer again").click()
    page.get_by_role("menuitem", name="Again").click()
    expect(page.get_by_text("Another answer")).to_be_visible(timeout=15_000)
    expect(answer.get_by_role("img", name="Version 2 of 2")).to_be_visible()
    answer.get_by_role("button", name="Previous version").click()
    expect(page.locator("code", has_text="First")).to_be_visible()

    send(page, "A story")
    expect(page.get_by_role("heading", name="Ducks")).to_be_visible(timeout=15_000)
    expect(
        page.get_by_text("3. They swim").or_(page.get_by_text("They swim").nth(2))
    ).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Ducks")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("…", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("heading", name="Ducks")).to_be_visible()

    page.get_by_role("button", name="Edit and ask again").last.click()
    page.get_by_label("Message", exact=True).first.fill("Something else")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Another answer")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("heading", name="Ducks")).to_have_count(0)
    page.get_by_text("How it was answered").last.click()
    expect(page.get_by_role("link", name="Open the run").last).to_be_visible()
    assert serious(page) == []


def test_an_approval_is_given_in_the_talk_and_an_input_method_keeps_its_enter(
    visit: Visit, site: Site
) -> None:
    document = {**one_step("test.ask"), "name": "Asker"}
    document["nodes"]["text"]["with"] = {"name": "message"}
    page = visit(f"/chat?agent={site.agent('Asker', document)}", "zh-CN", "dark")
    box = page.get_by_label("消息", exact=True)
    box.fill("一封信")
    box.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "isComposing": True})
    expect(box).to_have_value("一封信")
    box.press("Enter")
    card = page.get_by_role("article", name="Send 一封信?")
    expect(card).to_be_visible(timeout=15_000)
    assert serious(page) == []
    card.get_by_role("button", name="yes").click()
    expect(page.get_by_role("article", name="Asker").get_by_text("yes")).to_be_visible(
        timeout=15_000
    )
    expect(page.get_by_role("status").get_by_text("回答完成")).to_be_attached()


def test_it_fits_a_phone_and_a_thread_is_found_renamed_and_deleted(
    visit: Visit, site: Site
) -> None:
    site.ask("POST", "/threads", {"title": "About geese"})
    page = visit("/chat?list=true", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Search conversations").fill("geese")
    page.get_by_role("button", name="Actions for About geese").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_label("Title").fill("About swans")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Search conversations").fill("swans")
    page.get_by_role("link", name="About swans").click()
    expect(page.get_by_role("heading", name="About swans")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
    page.get_by_role("link", name="Conversations").click()
    page.get_by_role("button", name="Actions for About swans").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="About swans")).to_have_count(0)
