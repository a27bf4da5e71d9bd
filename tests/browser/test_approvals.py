"""What a run waits for, and the person who does something about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visit, serious
from tests.services.kit import one_step, waiting

pytestmark = pytest.mark.browser

LOOKS = [("zh-CN", "dark"), ("en", "light")]


def asking(site: Site) -> tuple[str, str]:
    """An agent that asks, and its run."""
    agent = site.agent("Sender", one_step("test.ask"))
    return agent, site.run(agent)


def ended(page: Page, site: Site, run: str) -> dict[str, object]:
    expect(page.get_by_text("Completed").first).to_be_visible(timeout=15_000)
    return site.ask("GET", f"/runs/{run}")["outputs"]


def test_a_question_is_found_and_answered(visit: Visit, site: Site) -> None:
    _, run = asking(site)
    page = visit("/")
    page.get_by_role("link", name="Approvals, 1 open").click()
    card = page.get_by_role("article", name="Send hello?")
    expect(card.get_by_role("link", name="Sender")).to_be_visible()
    card.get_by_label("Amount").fill("7")
    card.get_by_label("Comment").fill("please")
    card.get_by_role("button", name="yes").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Answered. The run goes on.")).to_be_visible()
    expect(page.get_by_text("Nobody is asked anything")).to_be_visible()
    expect(page.get_by_role("link", name="Approvals", exact=True)).to_be_visible()
    page.goto(f"{site.url}/runs/{run}")
    assert ended(page, site, run) == {"result": "yes please 7"}
    page.goto(f"{site.url}/runs/{run}?node=work")
    page.get_by_text("asks Send hello?").click()
    expect(page.get_by_text("please").first).to_be_visible()


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_everybody_can_answer(visit: Visit, site: Site, language: str, theme: str) -> None:
    agent, run = asking(site)
    for path in ("/approvals", f"/runs/{run}", f"/agents/{agent}/edit?run={run}"):
        page = visit(path, language, theme)
        expect(page.get_by_role("article", name="Send hello?").first).to_be_visible()
        assert serious(page) == []
    narrow = visit("/approvals", language, theme, width=390)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
    site.ask("POST", f"/runs/{run}/cancel")


def test_the_canvas_shows_who_waits_and_takes_the_answer(visit: Visit, site: Site) -> None:
    agent, run = asking(site)
    page = visit(f"/agents/{agent}/edit?run={run}")
    card = page.locator('.lb-card[data-node="work"]')
    expect(card.get_by_text("Approval")).to_be_visible()
    page.get_by_role("article", name="Send hello?").get_by_role("button", name="no").click()
    expect(card.get_by_text("Completed")).to_be_attached()


def test_a_signal_is_sent_from_the_run(visit: Visit, site: Site) -> None:
    run = site.run(site.agent("Shop", one_step("test.wait_for_signal")))
    page = visit(f"/runs/{run}")
    expect(page.get_by_text("Waits for the signal “paid”")).to_be_visible()
    page.get_by_label("Data").fill('{"sum": 5}')
    page.get_by_role("button", name="Send signal").click()
    assert ended(page, site, run) == {"result": {"value": "hello", "brought": {"sum": 5}}}


def in_a_body(gate: Path) -> dict[str, Any]:
    inner = waiting(gate)
    inner["nodes"]["text"] = {"block": "io.input", "with": {"name": "item"}}
    body = {"mode": "map", "over": "item", "nodes": inner["nodes"], "links": inner["links"]}
    items = {"name": "items", "type": "list", "value": ["a", "b"]}
    return {
        "luban": 1,
        "nodes": {"items": {"block": "io.input", "with": items}, "each": {"body": body}},
        "links": ["items.value -> each.item"],
    }


def test_who_comes_later_sees_what_is_under_way_in_a_body(
    visit: Visit, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    gate = tmp_path_factory.mktemp("gate") / "go"
    agent = site.agent("Each", in_a_body(gate))
    run = site.run(agent)
    while site.ask("GET", f"/runs/{run}/steps?status=running")["total"] < 2:
        assert site.ask("GET", f"/runs/{run}")["status"] in ("queued", "running")
    page = visit(f"/agents/{agent}/edit?run={run}")
    expect(page.locator('.lb-card[data-node="each"].lb-running')).to_be_visible()
    gate.touch()
    expect(page.locator('.lb-card[data-node="each"].lb-completed')).to_be_visible()


def test_a_run_is_paused_and_goes_on(
    visit: Visit, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    gate = tmp_path_factory.mktemp("gate") / "go"
    run = site.run(site.agent("Slow", waiting(gate)))
    page = visit(f"/runs/{run}")
    with page.expect_response("**/pause"):  # the step must not end before that
        page.get_by_role("button", name="Pause").click()
    gate.touch()
    expect(page.get_by_text("Paused by hand.")).to_be_visible()
    page.get_by_role("button", name="Go on", exact=True).first.click()
    assert ended(page, site, run) == {"result": "hello"}
