"""Credentials in the browser: adding, testing, choosing on a node, connecting, deleting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlparse

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Visit, serious
from tests.browser.people import Town

pytestmark = pytest.mark.browser

LOOKS = [("zh-CN", "dark", 390), ("en", "light", 1280)]
BLOCK = '''
"""A block that asks for a credential."""
from luban.sdk import Context, block


@block(id="test.letter", credentials=["telegram"])
async def letter(text: str, ctx: Context) -> str:
    """Sends a letter."""
    return text
'''


def letter(**more: Any) -> dict[str, Any]:
    node = {"block": "test.letter", "with": {"text": "hello"}, "at": [0, 0], **more}
    return {"luban": 1, "nodes": {"letter": node}, "links": []}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder: Path = tmp_path_factory.mktemp("vault")
    town = Town(folder, {"letter.py": BLOCK})
    town.settle()
    town.join("eve@example.com", "Eve", "viewer")
    yield town
    town.process.stop()


@pytest.fixture
def visit(chromium: Browser, town: Town) -> Iterator[Visit]:
    visit = Visit(chromium, town)
    yield visit
    assert visit.end() == []


def stored(town: Town, name: str) -> str:
    body = {"provider": "telegram", "name": name, "secret": {"api_key": "123:abc"}}
    return town.ask("POST", "/credentials", body)["id"]


def add(page: Page, name: str) -> None:
    """Fills in the form for a Telegram bot."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.locator("input[type=password]").first.fill("123:abcdef")
    dialog.get_by_role("button", name="Store and test").click()


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_everybody_can_use_the_page(
    visit: Visit, town: Town, language: str, theme: str, width: int
) -> None:
    stored(town, f"Shown {language}")
    page = town.enter(visit, "/credentials", language=language, theme=theme, width=width)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("button", name="Add" if language == "en" else "添加", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("listitem").nth(10)).to_be_visible()
    assert serious(page) == []
    page.get_by_role("dialog").get_by_role("listitem").nth(3).get_by_role("button").click()
    expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_visible()
    assert serious(page) == []


def test_a_credential_is_added_and_its_secret_never_comes_back(visit: Visit, town: Town) -> None:
    page = town.enter(visit, "/credentials")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("searchbox").fill("telegr")
    page.get_by_role("dialog").get_by_role("button", name="Telegram").click()
    add(page, "Bot of the house")
    item = page.get_by_role("listitem").filter(has_text="Bot of the house")
    expect(item).to_be_visible()
    item.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Change").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("input[type=password]").first).to_have_value("")
    dialog.get_by_label("Name").fill("Bot of the garden")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Bot of the garden")).to_be_visible()
    assert "abcdef" not in page.content()


def test_the_node_chooses_and_the_finding_leads_there(visit: Visit, town: Town) -> None:
    for each in town.ask("GET", "/credentials")["items"]:
        town.ask("DELETE", f"/credentials/{each['id']}")
    agent = town.agent("Letters", letter())
    page = town.enter(visit, f"/agents/{agent}/edit")
    page.get_by_role("button", name="1 problem").click()
    page.get_by_role("button", name="needs a credential").click()
    choice = page.get_by_role("combobox", name="Credential for Telegram")
    expect(choice).to_be_visible()
    expect(choice).to_have_attribute("aria-invalid", "true")
    assert serious(page) == []
    page.get_by_role("button", name="Add a credential").click()
    add(page, "Bot of the node")
    expect(choice.locator("option:checked")).to_have_text("Bot of the node")
    expect(page.get_by_role("button", name="1 problem")).to_have_count(0)
    page.wait_for_function("() => /Saved \\d/.test(document.body.innerText)")
    named = town.ask("GET", f"/agents/{agent}")["document"]["nodes"]["letter"]["credential"]
    [kept] = town.ask("GET", "/credentials")["items"]
    assert named == kept["id"]


def test_deleting_says_which_agents_fail(visit: Visit, town: Town) -> None:
    credential = stored(town, "Needed")
    town.agent("Needs it", letter(credential=credential))
    page = town.enter(visit, "/credentials")
    item = page.get_by_role("listitem").filter(has_text="Needed")
    expect(item).to_contain_text("in 1 agent")
    item.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Needs it")).to_be_visible()
    assert serious(page) == []
    dialog.get_by_role("button", name="Delete all the same").click()
    expect(item).to_have_count(0)


def test_an_account_is_connected_in_a_window_of_its_own(visit: Visit, town: Town) -> None:
    """At the provider, which is played here, the person says no."""
    page = town.enter(visit, "/credentials")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="GitHub").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("/api/v1/credentials/oauth/callback")).to_be_visible()
    dialog.get_by_label("Client id").fill("app-1")
    asked: list[dict[str, list[str]]] = []

    def refuse(route: Route) -> None:
        asked.append(parse_qs(urlparse(route.request.url).query))
        back = urlencode({"state": asked[0]["state"][0], "error": "access_denied"})
        callback = f"{asked[0]['redirect_uri'][0]}?{back}"
        route.fulfill(status=302, headers={"location": callback})

    page.context.route("https://github.com/**", refuse)
    with page.expect_popup() as opened:
        dialog.get_by_role("button", name="Connect").click()
    expect(dialog.get_by_role("alert")).to_be_visible(timeout=15_000)
    if not opened.value.is_closed():
        opened.value.wait_for_event("close", timeout=5_000)
    assert asked[0]["client_id"] == ["app-1"]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert serious(page) == []


def test_who_may_not_change_them_sees_no_buttons(visit: Visit, town: Town) -> None:
    visit.expect_said("status of 403")
    page = town.enter(visit, "/credentials", who="eve@example.com")
    expect(page.get_by_text("credential.read")).to_be_visible()
    expect(page.get_by_role("button", name="Add", exact=True)).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_role("link", name="Credentials")).to_have_count(0)
