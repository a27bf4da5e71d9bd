"""The files page: sent, refused with a reason, brought back in an older version, shared."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visit, serious

pytestmark = pytest.mark.browser

LOOKS = [("zh-CN", "dark"), ("en", "light")]
WORDS = {"en": "Files", "zh-CN": "文件"}


@pytest.fixture(scope="module")
def stored(site: Site) -> Site:
    for path, content in (
        ("reports/2026/sales.csv", b"a,b\n1,2\n"),
        ("reports/2026/sales.csv", b"a,b\n1,3\n"),
        ("notes.md", b"# hi"),
        ("鲁班/说明.txt", "木匠".encode()),
    ):
        given: dict[str, Any] = {"files": {"file": ("a", content)}, "params": {"path": path}}
        assert httpx2.post(f"{site.url}/api/v1/files", **given).status_code == 201
    return site


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_everybody_can_use_the_page(visit: Visit, stored: Site, language: str, theme: str) -> None:
    page = visit("/files", language=language, theme=theme)
    expect(page.get_by_role("heading", name=WORDS[language])).to_be_visible()
    expect(page.get_by_role("rowheader").first).to_be_visible()
    assert serious(page) == []
    narrow = visit("/files", language=language, theme=theme, width=360)
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")


def send(page: Page, name: str, content: bytes) -> None:
    given: Any = {"name": name, "mimeType": "text/plain", "buffer": content}
    page.locator("input[type=file]").first.set_input_files(given)


def test_a_file_is_sent_again_and_its_older_version_brought_back(
    visit: Visit, stored: Site
) -> None:
    page = visit("/files")
    for content in (b"old", b"newer"):
        send(page, "plan.txt", content)
        expect(page.get_by_text("Uploading")).to_have_count(0)
    row = page.get_by_role("row", name="plan.txt")
    row.get_by_role("button", name="Version 2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    dialog.get_by_role("button", name="Restore").click()
    expect(dialog.get_by_text("Version 3")).to_be_visible()
    assert serious(page) == []
    dialog.get_by_role("button", name="Close").click()
    row.get_by_role("button", name="Actions for plan.txt").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "told"), [("en", "may not be uploaded here"), ("zh-CN", "不允许的文件类型")]
)
def test_a_refused_file_says_why(visit: Visit, stored: Site, language: str, told: str) -> None:
    visit.expect_said("415")
    page = visit("/files", language=language)
    send(page, "photo.png", b"MZ\x90\x00" + b"\x00" * 100)
    expect(page.get_by_role("alert")).to_contain_text(told)
    assert serious(page) == []


def test_full_room_is_told(visit: Visit, stored: Site) -> None:
    visit.expect_said("413")
    stored.ask("PUT", "/files/quota", {"quota": 40})
    try:
        page = visit("/files")
        expect(page.get_by_text("used")).to_be_visible()
        send(page, "big.txt", b"x" * 100)
        expect(page.get_by_role("alert")).to_contain_text("There is no room for `big.txt`")
    finally:
        stored.ask("PUT", "/files/quota", {"quota": None})


def test_a_link_is_shown_with_its_end(visit: Visit, stored: Site) -> None:
    page = visit("/files?q=notes")
    page.get_by_role("button", name="Actions for notes.md").click()
    page.get_by_role("menuitem", name="Link").click()
    link = page.get_by_role("dialog").get_by_role("textbox").input_value()
    assert httpx2.get(link).content == b"# hi"
