"""Administration in the browser: users, roles, the audit log, health, webhooks; who sees none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit, serious
from tests.browser.people import Town
from tests.browser.test_pages import TARGETS, adder, scripts, weights

pytestmark = pytest.mark.browser

LOOKS = [("zh-CN", "dark", 390), ("en", "light", 1280)]
PAGES = [
    "/settings",
    "/settings/account",
    "/settings/security",
    "/settings/keys",
    "/settings/team",
    "/settings/usage",
    "/credentials",
    "/admin/users",
    "/admin/roles",
    "/admin/audit",
    "/admin/health",
    "/admin/webhooks",
]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("admin"))
    town.settle()
    town.join("lin@example.com", "Lin")
    town.join("eve@example.com", "Eve", "viewer")
    town.ask("POST", "/users/invitations", {"email": "new@example.com", "role": "user"})
    town.ask("PUT", "/roles/auditor", {"permissions": ["audit.read"]})
    town.run(town.agent("Adder", adder()), a=2)
    yield town
    town.process.stop()


@pytest.fixture
def visit(chromium: Browser, town: Town) -> Iterator[Visit]:
    visit = Visit(chromium, town)
    yield visit
    assert visit.end() == []


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_everybody_can_use_every_page(
    visit: Visit, town: Town, language: str, theme: str, width: int
) -> None:
    for path in PAGES:
        page = town.enter(visit, path, language=language, theme=theme, width=width)
        assert serious(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert page.evaluate(TARGETS) == [], path
        page.context.close()


def test_the_pages_are_light(visit: Visit, town: Town) -> None:
    home = scripts(weights(town.enter(visit)))
    assert home <= 200_000
    for path in PAGES:
        assert scripts(weights(town.enter(visit, path))) - home <= 40_000, path


def test_users_are_invited_changed_and_removed(visit: Visit, town: Town) -> None:
    page = town.enter(visit, "/admin/users")
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("moe@example.com")
    dialog.get_by_role("button", name="Invite", exact=True).click()
    expect(dialog.get_by_role("textbox", name="The invitation")).to_have_value(
        re.compile("/invitations/")
    )
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_text("moe@example.com")).to_be_visible()
    page.get_by_role("combobox", name="Role of Lin").select_option("viewer")
    page.get_by_role("button", name="Actions for Lin").click()
    page.get_by_role("menuitem", name="Disable").click()
    row = page.get_by_role("row").filter(has_text="lin@example.com")
    expect(row.get_by_text("Disabled")).to_be_visible()
    expect(page.get_by_role("combobox", name="Role of Lin")).to_have_value("viewer")
    page.get_by_role("button", name="Actions for Lin").click()
    page.get_by_role("menuitem", name="Link to a new password").click()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_value(
        re.compile(r"/reset\?token=")
    )
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Actions for Lin").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_a_role_is_made_and_read_in_the_matrix(visit: Visit, town: Town) -> None:
    page = town.enter(visit, "/admin/roles")
    page.get_by_role("button", name="New role").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the role").fill("runner")
    dialog.get_by_role("group", name="Runs").get_by_label("start").check()
    assert serious(page) == []
    dialog.get_by_role("button", name="Save").click()
    head = page.get_by_role("columnheader", name="runner")
    expect(head).to_be_visible()
    at = page.get_by_role("columnheader").all_text_contents()
    column = next(i for i, text in enumerate(at) if text.startswith("runner"))
    row = page.get_by_role("row").filter(has_text="run.start")
    expect(row.get_by_role("cell").nth(column - 1).get_by_role("img", name="Yes")).to_be_visible()
    head.get_by_role("button", name="Delete runner").click()
    expect(head).to_have_count(0)


def test_the_audit_log_is_narrowed_and_exported(visit: Visit, town: Town) -> None:
    page = town.enter(visit, "/admin/audit")
    page.get_by_label("Action").fill("agent.create")
    expect(page.get_by_role("row").filter(has_text="user.create")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="agent.create").first).to_contain_text("Ada")
    assert "action=agent.create" in page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines
    assert all('"agent.create"' in line for line in lines)


def test_health_tells_what_works_and_what_waits(visit: Visit, town: Town) -> None:
    page = town.enter(visit, "/admin/health")
    for name in ["Stuck runs", "Workers", "Storage", "Checks"]:
        expect(page.get_by_role("region", name=name)).to_be_visible()
    expect(page.get_by_text("Queued")).to_be_visible()
    expect(page.get_by_text("None is stuck.")).to_be_visible()


def test_a_webhook_is_made_tested_and_looked_into(visit: Visit, town: Town) -> None:
    page = town.enter(visit, "/admin/webhooks")
    page.get_by_role("button", name="New webhook").click()
    page.get_by_label("Address").fill("https://hooks.example.com/luban")
    assert serious(page) == []
    page.get_by_role("button", name="Make it").click()
    secret = page.get_by_role("textbox", name="The secret")
    expect(secret).not_to_have_value("")
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_role("button", name="Deliveries").click()
    deliveries = page.get_by_role("region", name="Deliveries")
    expect(deliveries.first.get_by_text("webhook.test")).to_be_visible()
    assert serious(page) == []
    page.reload()
    expect(secret).to_have_count(0)


def test_nobody_sees_what_they_may_not(visit: Visit, town: Town) -> None:
    page = town.enter(visit, "/settings", who="eve@example.com")
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)
    page.goto(town.url + "/admin/users")
    expect(page.get_by_text("user.read")).to_be_visible()
    expect(page.get_by_role("button", name="Invite")).to_have_count(0)
    assert serious(page) == []
