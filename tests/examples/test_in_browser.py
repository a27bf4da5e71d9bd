"""The examples as a person runs them: a template clicked on the first page, a form, a result."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser.conftest import FLAGS
from tests.examples.site import Site, article, open_site
from tests.examples.test_news_digest import WORDS, paper, sections
from tests.server.kit import ServerProcess, server

pytestmark = pytest.mark.browser

PATIENCE = 30_000
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def chromium(browser_program: str) -> Iterator[Browser]:
    with sync_playwright() as tool:
        found = tool.chromium.launch(executable_path=browser_program, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with server(tmp_path_factory.mktemp("examples"), LUBAN_ALLOW_HOSTS="loopback") as found:
        yield found


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as found:
        yield found


@contextmanager
def opened(browser: Browser, address: str, language: str = "en") -> Iterator[Page]:
    """A page that may not err."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "luban_lang", "value": language, "url": address}])
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def home(chromium: Browser, running: ServerProcess) -> Iterator[Page]:
    with opened(chromium, running.url) as page:
        yield page


def choose(page: Page, template: str) -> None:
    """Clicks a template on the first page, and the button that runs it."""
    page.get_by_role("radio", name=template).check()
    page.get_by_role("button", name=re.compile(r"^(Run it|运行|试运行|开始运行)")).last.click()


def fill(page: Page, inputs: dict[str, str]) -> None:
    """Fills the form that asks for inputs, and runs."""
    form = page.get_by_role("dialog")
    for label, value in inputs.items():
        form.get_by_label(label, exact=False).first.fill(value)
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/agents/*/edit?run=*")


def result(page: Page) -> Locator:
    """What the run gave, once it is completed."""
    dock = page.locator("#builder-dock")
    expect(dock.get_by_text(re.compile("Completed|已完成|完成")).first).to_be_visible(
        timeout=PATIENCE
    )
    dock.get_by_role("tab", name=re.compile("Result|结果")).click()
    return dock


def test_the_calculator(home: Page) -> None:
    choose(home, "Calculator")
    fill(home, {"First number": "2", "Second number": "3"})
    expect(result(home)).to_contain_text("5")
    for node in ("a", "b", "add", "result"):
        expect(home.locator(f'.lb-card[data-node="{node}"]')).to_contain_text("Completed")


def test_text_in_capitals(home: Page) -> None:
    choose(home, "Text in capitals")  # runs at once, on the text it comes with
    home.wait_for_url("**/agents/*/edit?run=*")
    dock = result(home)
    expect(dock).to_contain_text("HELLO WORLD")
    expect(dock.get_by_text("11", exact=True)).to_have_count(2)


def test_order_triage(home: Page) -> None:
    choose(home, "Order triage")
    form = home.get_by_role("dialog")
    form.locator("input[type=file]").set_input_files(EXAMPLES / "orders.csv")
    expect(form.get_by_text("orders.csv")).to_be_visible()
    fill(home, {})
    expect(result(home)).to_contain_text("7 orders: 2 to review, 2 to wait for stock, 3 to ship")


def test_blocks_of_a_folder_outside_the_project(chromium: Browser, tmp_path: Path) -> None:
    blocks = str(EXAMPLES / "custom-block" / "blocks")
    text = (EXAMPLES / "custom-block" / "price.agent.yaml").read_text(encoding="utf-8")
    with server(tmp_path, LUBAN_BLOCKS_PATH=blocks) as running:
        made = httpx2.post(f"{running.url}/api/v1/agents", json={"text": text})
        with opened(chromium, running.url) as page:
            page.goto(f"{running.url}/agents/{made.json()['id']}/edit")
            page.get_by_role("button", name="Run", exact=True).click()
            fill(page, {"Price": "160"})
            expect(result(page)).to_contain_text("Plane: 120.00 €")


def test_twenty_four_by_the_demo_model_and_by_hand(home: Page) -> None:
    choose(home, "24-point game")  # every input has a default, so it runs at once
    home.wait_for_url("**/agents/*/edit?run=*")
    expect(result(home)).to_contain_text("Correct: 8 / (3 - 8 / 3) = 24")
    first = home.url
    home.get_by_role("button", name="Run", exact=True).click()
    numbers = zip(("First", "Second", "Third", "Fourth"), "4688", strict=True)
    fill(
        home,
        {f"{which} number": number for which, number in numbers} | {"Your answer": "4 + 6 + 8 + 8"},
    )
    expect(home).not_to_have_url(first)
    dock = result(home)
    expect(dock).to_contain_text("Correct: ")
    expect(dock).to_contain_text("Wrong: 4 + 6 + 8 + 8 = 26")


def test_the_news_digest(home: Page, site: Site) -> None:
    choose(home, "News digest")
    fill(home, {"Feed address": paper(site), "How many entries": "3"})
    dock = result(home)
    expect(dock.get_by_role("heading", name="The Daily Joiner")).to_be_visible()
    for word in WORDS[:3]:
        expect(dock.get_by_role("heading", name=f"News of {word}")).to_be_attached()
    expect(dock).not_to_contain_text("Subscribe to our newsletter")
    assert site.asked == {"/feed": 1} | {f"/{word}": 1 for word in WORDS[:3]}


def test_the_news_digest_in_chinese(chromium: Browser, running: ServerProcess, site: Site) -> None:
    page = article("木桥重新开放", "渭河上的木桥重新开放。" + "整座桥没有用一颗钉子。" * 5)
    link = site.serve("/qiao", page)
    site.serve("/feed", _chinese_feed(link), "application/rss+xml")
    with opened(chromium, running.url, "zh-CN") as home:
        choose(home, "新闻摘要")
        home.get_by_role("dialog").locator("input").first.fill(f"{site.url}/feed")
        fill(home, {})
        expect(result(home).get_by_role("heading", name="木匠日报")).to_be_visible()


def _chinese_feed(link: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>木匠日报</title>'
        f"<item><title>木桥重新开放</title><link>{link}</link></item></channel></rss>"
    )


def test_the_news_digest_survives_a_kill(chromium: Browser, site: Site, tmp_path: Path) -> None:
    """The server dies under the open page and comes back: the run goes on, and the page with it."""
    address, gate = paper(site), threading.Event()
    for word in WORDS[3:]:
        site.serve(f"/{word}", article(word, f"{word} were built yesterday. " * 9), gate=gate)
    with server(tmp_path, LUBAN_ALLOW_HOSTS="loopback") as first:
        port = str(httpx2.URL(first.url).port)
        with opened(chromium, first.url) as page:
            choose(page, "News digest")
            fill(page, {"Feed address": address, "How many entries": "6"})
            run = page.url.partition("run=")[2]
            wait_finished(first.url, run, 3)
            first.kill()
            fetched = Counter(site.asked)
            gate.set()
            with server(tmp_path, LUBAN_ALLOW_HOSTS="loopback", LUBAN_PORT=port) as second:
                dock = result(page)
                expect(dock.get_by_role("heading", name="The Daily Joiner")).to_be_visible()
                told = httpx2.get(f"{second.url}/api/v1/runs/{run}").json()
    assert told["status"] == "completed"
    assert sections(told["outputs"]["report"]) == [f"News of {word}" for word in WORDS]
    for path in ("/feed", *(f"/{word}" for word in WORDS[:3])):
        assert (fetched[path], site.asked[path]) == (1, 1), path


def wait_finished(url: str, run: str, pages: int) -> None:
    """Until so many pages are recorded as summarised."""
    with httpx2.stream("GET", f"{url}/api/v1/runs/{run}/events", timeout=30) as events:
        kind = ""
        for line in events.iter_lines():
            if line.startswith("event:"):
                kind = line.partition(": ")[2]
            if kind == "step_finished" and line.startswith("data:") and "/summarise" in line:
                pages -= 1
                if not pages:
                    return


def test_a_letter_is_sent_once_somebody_approves(home: Page) -> None:
    choose(home, "Ask before sending")  # every input has a default, so it runs at once
    home.wait_for_url("**/agents/*/edit?run=*")
    card = home.get_by_role("article", name="Send this letter to Ada?").first
    expect(card).to_contain_text("our new address", timeout=PATIENCE)
    card.get_by_role("button", name="send").click()
    expect(result(home)).to_contain_text("letter.txt")
