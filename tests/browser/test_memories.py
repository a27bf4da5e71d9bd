"""What an agent remembers: seen with the run it came from, corrected, searched, forgotten."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, Visit, serious

pytestmark = pytest.mark.browser

KEEPER: dict[str, Any] = {
    "luban": 1,
    "name": "Keeper",
    "nodes": {
        "keep": {
            "block": "ai.remember",
            "with": {"text": "Ada likes tea", "trusted": False, "said_by": "tool", "model": "none"},
        },
        "out": {"block": "io.output", "with": {"name": "id"}},
    },
    "links": ["keep.id -> out.value"],
}


@pytest.fixture(scope="module")
def kept(site: Site) -> tuple[str, str]:
    """The agent and the run that remembered something."""
    agent = site.agent("Keeper", KEEPER)
    run = site.ask("POST", f"/agents/{agent}/runs?wait=10", {"inputs": {}})["id"]
    return agent, run


def test_a_memory_is_traced_corrected_and_forgotten(visit: Visit, kept: tuple[str, str]) -> None:
    agent, run = kept
    page = visit(f"/agents/{agent}/memory")
    row = page.get_by_role("listitem").filter(has_text="Ada likes tea")
    expect(row.get_by_text("Unverified")).to_be_visible()
    row.get_by_role("link", name="Run").click()
    expect(page).to_have_url(re.compile(f"/runs/{run}"))
    page.go_back()
    row.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Memory").fill("Ada likes green tea")
    dialog.get_by_role("switch").check()
    assert serious(page) == []
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("listitem").filter(has_text="green tea")
    expect(row.get_by_text("written by a person")).to_be_visible()
    expect(row.get_by_text("Unverified")).to_have_count(0)

    page.get_by_role("button", name="Add").click()
    dialog.get_by_label("Memory").fill("Ada lives in Rome")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Ada lives in Rome")).to_be_visible()
    with page.expect_response(lambda answer: "search=living" in answer.url):
        page.get_by_label("Search memories").fill("living")
    expect(page.get_by_text("green tea")).to_have_count(0)
    row = page.get_by_role("listitem").filter(has_text="Rome")
    row.get_by_role("button", name="Forget").click()
    dialog.get_by_role("button", name="Forget").click()
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_what_all_agents_share_stands_in_the_settings(visit: Visit, site: Site) -> None:
    site.ask("POST", "/memories", {"text": "用户喜欢简短的回答", "kind": "preference"})
    page = visit("/settings/memory", language="zh-CN", theme="dark", width=360)
    expect(page.get_by_text("用户喜欢简短的回答")).to_be_visible()
    expect(page.get_by_text("由人写下")).to_be_visible()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
