"""Models in the browser: added by address, tried, and chosen on a node."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from playwright.sync_api import expect

from luban.llm.scripted import Reply, scripted_server
from tests.browser.conftest import Site, Visit, serious

pytestmark = pytest.mark.browser

LOOKS = [("zh-CN", "dark", 390), ("en", "light", 1280)]
CHAT = {
    "luban": 1,
    "nodes": {
        "chat": {"block": "ai.chat", "with": {"prompt": "Is it dry in Lu?"}, "at": [0, 0]},
        "answer": {"block": "io.output", "with": {"name": "answer"}, "at": [320, 0]},
    },
    "links": ["chat.answer -> answer.value"],
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a service answers, in a loop of its own."""
    told: Future[str] = Future()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with scripted_server([Reply(text="It is dry.")]) as server:
            told.set_result(server.base_url)
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    yield told.result(timeout=20)
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_everybody_can_use_the_page(visit: Visit, language: str, theme: str, width: int) -> None:
    page = visit("/settings/models", language=language, theme=theme, width=width)
    expect(page.get_by_text("openai/gpt-4o-mini")).to_be_visible()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    add = "Add a model" if language == "en" else "添加模型"
    page.get_by_role("button", name=add, exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_focused()
    assert serious(page) == []
    page.keyboard.press("Escape")
    key = "Add a key for GPT-4o mini" if language == "en" else "为 GPT-4o mini 添加密钥"
    page.get_by_role("button", name=key).click()
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    assert serious(page) == []


def test_a_model_is_added_tried_and_chosen_on_a_node(
    visit: Visit, site: Site, address: str
) -> None:
    agent = site.agent("Weather", CHAT)
    page = visit("/settings/models")
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill(address)
    dialog.get_by_label("Name in Luban").fill("home/qwen")
    dialog.get_by_label("Title").fill("Qwen at home")
    dialog.get_by_role("button", name="Test before adding").click()
    expect(dialog.get_by_text("Works: answered in")).to_be_visible(timeout=30_000)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("price unknown · added by your team")).to_be_visible()

    page.goto(f"{site.url}/agents/{agent}/edit?node=chat")
    choice = page.get_by_role("combobox", name="Model")
    choice.select_option("home/qwen")
    expect(choice.locator("option:checked")).to_have_text("Qwen at home")
    page.wait_for_function("() => /Saved \\d/.test(document.body.innerText)")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("It is dry.").first).to_be_visible(timeout=30_000)

    page.goto(f"{site.url}/settings/models")
    page.get_by_role("button", name="More for Qwen at home").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("home/qwen")).to_have_count(0)
