"""Accounts in the browser: the first one, signing in and out, second steps, keys, links."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from luban.services.accounts.one_time_codes import code_at, period_of
from tests.browser.conftest import Visit, serious
from tests.browser.people import ADMIN, PASSWORD, Town
from tests.browser.test_pages import adder

pytestmark = pytest.mark.browser

LOOKS = [("zh-CN", "dark", 390), ("en", "light", 1280)]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Nobody has an account there."""
    town = Town(tmp_path_factory.mktemp("fresh"))
    yield town
    town.process.stop()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town"))
    town.settle()
    town.join("lin@example.com", "Lin")
    yield town
    town.process.stop()


@pytest.fixture
def visit(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """The browser itself tells of every 401, with which the signed-out state begins."""
    site = request.getfixturevalue("fresh" if "fresh" in request.fixturenames else "town")
    visit = Visit(chromium, site)
    visit.expect_said("status of 401")
    yield visit
    assert visit.end() == []


def code_now(secret: str) -> str:
    """What an app that was told the secret shows."""
    padded = secret + "=" * (-len(secret) % 8)
    return code_at(base64.b32decode(padded), period_of(time.time()))


def fill_in(page: Page, email: str = ADMIN, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_everybody_can_make_the_first_account(
    visit: Visit, fresh: Town, language: str, theme: str, width: int
) -> None:
    page = visit("/runs", language, theme, width)
    page.wait_for_url("**/first")
    page.get_by_text(re.compile("Where do I find it|在哪里可以找到")).click()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_code_of_the_server_makes_the_administrator(visit: Visit, fresh: Town) -> None:
    visit.expect_said("status of 4")
    page = visit("/agents")
    page.wait_for_url("**/first")
    code = page.get_by_label("Code from the server")
    expect(code).to_be_focused()
    code.fill("AAAAA-AAAAA-AAAAA-AAAAA")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("alert")).to_contain_text("not the setup code")
    code.fill(fresh.code)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("button", name="Account of Ada")).to_be_visible()
    page.goto(fresh.url + "/first")
    page.wait_for_url(re.compile("/(sign-in.*)?$"))


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_everybody_can_sign_in(
    visit: Visit, town: Town, language: str, theme: str, width: int
) -> None:
    for path in ["/sign-in", "/reset", "/reset?token=x", "/invitations/x", "/s/x"]:
        visit.expect_said("status of 4")
        page = visit(path, language, theme, width)
        assert serious(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.context.close()


def test_signing_in_leads_back_and_out_again(visit: Visit, town: Town) -> None:
    page = visit("/runs?status=failed")
    page.wait_for_url("**/sign-in?back=*")
    email = page.get_by_label("E-mail")
    expect(email).to_have_attribute("autocomplete", re.compile("username"))
    password = page.get_by_label("Password", exact=True)
    expect(password).to_have_attribute("autocomplete", "current-password")
    fill_in(page, password="wrong password")
    expect(page.get_by_role("alert")).to_be_visible()
    fill_in(page)
    page.wait_for_url("**/runs?status=failed")
    page.get_by_role("button", name="Account of Ada").click()
    assert serious(page) == []
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto(town.url + "/agents")
    page.wait_for_url("**/sign-in?back=*")


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/%5Cevil.example"])
def test_signing_in_leads_to_no_other_site(visit: Visit, town: Town, back: str) -> None:
    page = visit(f"/sign-in?back={back}")
    fill_in(page)
    expect(page.get_by_role("button", name="Account of Ada")).to_be_visible()
    assert page.url == town.url + "/"


def test_what_was_typed_survives_the_end_of_the_session(visit: Visit, town: Town) -> None:
    agent = town.agent("Kept", adder())
    page = town.enter(visit, f"/agents/{agent}/edit")
    town.end_sessions(ADMIN)
    page.get_by_role("textbox", name="Name of the agent").fill("Typed after the end")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    assert serious(page) == []
    expect(dialog.get_by_label("E-mail")).to_have_value(ADMIN)
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_have_count(0)
    page.wait_for_function("() => /Saved \\d/.test(document.body.innerText)")
    assert town.ask("GET", f"/agents/{agent}")["name"] == "Typed after the end"


def test_codes_of_an_app_are_asked_for_at_the_second_step(visit: Visit, town: Town) -> None:
    visit.expect_said("status of 403")
    town.join("cod@example.com", "Cod")
    page = town.enter(visit, "/settings/security", who="cod@example.com")
    page.get_by_role("button", name="Add an app").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    assert serious(page) == []
    secret = (dialog.locator("code").text_content() or "").replace(" ", "")
    dialog.get_by_label("Code from your app").fill(code_now(secret))
    dialog.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("Codes from an app").first).to_be_visible()
    page.get_by_role("button", name="New recovery codes").click()
    codes = page.get_by_role("dialog").get_by_role("listitem")
    expect(codes).to_have_count(10)
    recovery = codes.first.text_content() or ""
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 codes left")).to_be_visible()
    away = visit("/sign-in")
    fill_in(away, "cod@example.com")
    expect(away.get_by_label("Code from your app")).to_be_focused()
    assert serious(away) == []
    away.get_by_role("button", name="Use a recovery code").click()
    away.get_by_label("Recovery code").fill(recovery)
    away.get_by_role("button", name="Check", exact=True).click()
    expect(away.get_by_role("button", name="Account of Cod")).to_be_visible()


def authenticator(page: Page) -> CDPSession:
    """A security key of the browser's own, which says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_opens_the_account_alone(visit: Visit, town: Town) -> None:
    town.join("key@example.com", "Kay")
    # Passkeys belong to a name, and an address is none.
    home = visit.also(town.url.replace("127.0.0.1", "localhost"))
    page = visit("/sign-in")
    authenticator(page)
    page.goto(home + "/sign-in")
    fill_in(page, "key@example.com")
    expect(page.get_by_role("button", name="Account of Kay")).to_be_visible()
    page.goto(home + "/settings/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("What should it be called?").fill("My laptop")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("My laptop")).to_be_visible()
    page.get_by_role("button", name="Account of Kay").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Account of Kay")).to_be_visible()


def test_sessions_are_listed_and_ended(visit: Visit, town: Town) -> None:
    town.join("ses@example.com", "Ses")
    town.sign_in("ses@example.com")
    page = town.enter(visit, "/settings/security", who="ses@example.com")
    section = page.get_by_role("region", name="Where you are signed in")
    expect(section.get_by_role("listitem")).to_have_count(2)
    section.get_by_role("button", name="Sign out all others").click()
    expect(section.get_by_role("listitem")).to_have_count(1)
    expect(section.get_by_text("This browser")).to_be_visible()


def test_the_name_and_the_password_change(visit: Visit, town: Town) -> None:
    visit.expect_said("status of 422")
    town.join("pat@example.com", "Pat")
    page = town.enter(visit, "/settings/account", who="pat@example.com")
    assert serious(page) == []
    page.get_by_label("Your name").fill("Patricia")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Account of Patricia")).to_be_visible()
    page.get_by_label("Current password").fill("not it at all")
    page.get_by_label("New password").fill("nine purple walrus dance")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_contain_text("current password is wrong")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Password changed")).to_be_visible()


def test_a_key_is_shown_once_and_works(visit: Visit, town: Town) -> None:
    page = town.enter(visit, "/settings/keys")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is it for?").fill("Nightly")
    dialog.get_by_label("What may it do?").select_option(label="Choose one by one")
    assert serious(page) == []
    dialog.get_by_role("checkbox", name="see", exact=True).first.check()
    dialog.get_by_role("button", name="Make the key").click()
    shown = page.get_by_role("textbox", name="Your new key")
    key = shown.input_value()
    expect(page.get_by_text("1 permission")).to_be_visible()
    assert town.status("GET", "/agents", key) == 200
    assert town.status("GET", "/runs", key) == 403
    page.reload()
    expect(page.get_by_text("Nightly")).to_be_visible()
    expect(shown).to_have_count(0)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nightly")).to_have_count(0)
    assert town.status("GET", "/agents", key) == 401


def test_an_invitation_makes_an_account_in_the_team(visit: Visit, town: Town) -> None:
    page = town.enter(visit, "/settings/team")
    assert serious(page) == []
    page.get_by_role("button", name="New team").click()
    page.get_by_label("Name of the team").fill("Workshop")
    page.get_by_role("button", name="Make the team").click()
    page.wait_for_url(town.url + "/")
    page.goto(town.url + "/settings/team")
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("new@example.com")
    dialog.get_by_role("button", name="Invite", exact=True).click()
    link = dialog.get_by_role("textbox", name="The invitation").input_value()
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("new@example.com")).to_be_visible()
    guest = visit(link.removeprefix(town.url))
    expect(guest.get_by_text("Workshop")).to_be_visible()
    guest.get_by_label("Your name").fill("Newton")
    guest.get_by_label("New password").fill(PASSWORD)
    guest.get_by_role("button", name="Accept").click()
    guest.get_by_role("button", name="Account of Newton").click()
    guest.get_by_role("menuitemradio", name="Workshop").click()
    page.reload()
    expect(page.get_by_role("combobox", name="Role of Newton")).to_have_value("user")


def test_a_shared_agent_runs_for_whoever_has_the_link(visit: Visit, town: Town) -> None:
    agent = town.agent("Shared adder", adder())
    page = town.enter(visit, f"/agents/{agent}/edit")
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make a link").click()
    shown = dialog.get_by_role("textbox", name="Your link")
    expect(shown).to_be_visible()
    assert serious(page) == []
    link = shown.input_value()
    guest = visit(link.removeprefix(town.url), "zh-CN")
    guest.get_by_role("button", name="运行").click()
    field = guest.get_by_role("dialog").get_by_role("textbox")
    field.fill("2")
    field.press("Enter")
    expect(guest.get_by_text("42")).to_be_visible()
    assert serious(guest) == []
    dialog.get_by_role("button", name="End", exact=True).click()
    expect(dialog.get_by_role("button", name="End", exact=True)).to_have_count(0)
    visit.expect_said("status of 404")
    guest.reload()
    expect(guest.get_by_role("alert")).to_be_visible()
