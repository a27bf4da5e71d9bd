"""What models cost, in the browser: a run that stopped at a budget, the budget raised, going on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from luban.llm.scripted.script import Reply
from tests.browser.conftest import QUIET, Site, Visit, serious
from tests.server.kit import server
from tests.services.kit import block_folder
from tests.spending.kit import BLOCKS, TOKENS, asking, serving

pytestmark = pytest.mark.browser


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Site]:
    block_folder(tmp_path / "blocks").joinpath("asking.py").write_text(BLOCKS, encoding="utf-8")
    with serving(Reply(text="yes", usage=TOKENS)) as model:
        variables = {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "k",
            "LUBAN_MODEL": "openai/nobody-knows-its-price",
            **QUIET,
        }
        with server(tmp_path, **variables) as process:
            yield Site(process.url)


@pytest.fixture
def visit(chromium: Browser, town: Site) -> Iterator[Visit]:
    visit = Visit(chromium, town)
    yield visit
    assert visit.end() == []


def test_a_run_stops_at_a_budget_and_goes_on_once_it_is_raised(visit: Visit, town: Site) -> None:
    town.ask("PUT", "/budgets/user", {"day": {"tokens": 250}})
    agent = town.agent("Asking", asking("test.loop", 4))
    run = town.run(agent)
    _until(town, run, "waiting")
    page = visit(f"/runs/{run}")
    expect(page.get_by_text("the budget of all agents is used up: 300 of 250")).to_be_visible()
    expect(page.get_by_text("The prices of 3 calls are unknown")).to_be_visible()
    expect(page.get_by_text("unknown", exact=True)).to_be_visible()  # never $0
    page.get_by_role("link", name="Change the budget").click()
    expect(page.get_by_role("heading", name="By agent")).to_be_visible()
    expect(page.get_by_role("row", name="Asking 3 300 unknown")).to_be_visible()
    expect(page.get_by_text("300 of 250 tokens a day")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("button", name="Change", exact=True).click()
    field = page.get_by_role("group", name="a day").get_by_label("tokens")
    field.fill("9000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("300 of 9,000 tokens a day")).to_be_visible()
    page.goto(f"{town.url}/runs/{run}")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("4 steps").or_(page.get_by_text("Completed"))).not_to_have_count(0)
    _until(town, run, "completed")


def test_the_page_speaks_chinese_on_a_phone(visit: Visit, town: Site) -> None:
    town.ask("PUT", "/budgets/user", {"month": {"usd": 20}})
    page = visit("/settings/usage", language="zh-CN", width=390)
    expect(page.get_by_role("heading", name="预算")).to_be_visible()
    expect(page.get_by_text("每月 US$20.00").or_(page.get_by_text("每月 $20.00"))).to_be_visible()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def _until(town: Site, run: str, status: str) -> None:
    end = time.monotonic() + 30
    while town.ask("GET", f"/runs/{run}")["status"] != status:
        assert time.monotonic() < end, town.ask("GET", f"/runs/{run}")
        time.sleep(0.05)
