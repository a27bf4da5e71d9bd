"""Takes the pictures of the front page from the real program: `python -m tests.docs.pictures`."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

from luban.interop import agent_file
from tests.docs.pages import ROOT
from tests.examples.site import Site, article, feed, open_site
from tests.server.kit import server
from tools import prerequisites

FOLDER = ROOT / "docs" / "images"
SIZE = {"width": 1360, "height": 760}
NEWS = {
    "Old bridge opens again": "The wooden bridge over the Wei is open again after two years of "
    "work. Its joints hold without a single nail.",
    "A saw that cuts by wind": "Students have built a saw that is driven by wind alone. "
    "It cuts forty boards an hour.",
    "Museum shows lock puzzles": "Six hundred lock puzzles are on show from Friday. "
    "The oldest is from the Song dynasty.",
    "Kite crosses the lake": "A kite of bamboo and silk crossed the lake in three hours. "
    "Nobody steered it.",
}
SHOWN: dict[str, dict[str, Any]] = {
    "entry": {"at": [0, 150], "title": "Entry"},
    "page": {"at": [250, 0], "title": "Read it"},
    "summarise": {"at": [500, 0], "title": "Summarise"},
    "write": {"at": [500, 280], "title": "Write"},
    "section": {"at": [750, 300], "title": "Section"},
}
"""Where the cards stand so that a small picture shows them well, and what they are called."""


def main() -> None:
    program = prerequisites.find_browser()
    assert program, "a browser is needed"
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_site() as site,
        server(Path(folder), LUBAN_ALLOW_HOSTS="loopback") as running,
        sync_playwright() as tool,
    ):
        address = _ran(running.url, site)
        browser = tool.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            page = _opened(browser, address, theme)
            page.screenshot(path=FOLDER / f"builder-{theme}.png")
            page.context.close()
        browser.close()


def _ran(url: str, site: Site) -> str:
    """The address of the builder with a finished run of the news digest."""
    with httpx2.Client(base_url=f"{url}/api/v1", timeout=30) as http:
        agent = http.post("/agents", json={"document": _document()}).json()
        inputs = {"feed": _paper(site), "limit": len(NEWS)}
        run = http.post(f"/agents/{agent['id']}/runs", json={"inputs": inputs}).json()
        with http.stream("GET", f"/runs/{run['id']}/events") as events:
            assert any("completed" in line for line in events.iter_lines())
    return f"{url}/agents/{agent['id']}/edit?run={run['id']}"


def _document() -> dict[str, Any]:
    path = ROOT / "examples" / "news-digest.agent.yaml"
    document = copy.deepcopy(agent_file.load(path.read_text(encoding="utf-8")))
    inner = document["nodes"]["each"]["body"]["nodes"]
    for name, changes in SHOWN.items():
        inner[name] |= changes
    return document


def _paper(site: Site) -> str:
    entries = [
        (title, site.serve(f"/{number}", article(title, text)), text)
        for number, (title, text) in enumerate(NEWS.items(), 1)
    ]
    return site.serve("/feed", feed("The Daily Joiner", entries), "application/rss+xml")


def _opened(browser: Browser, address: str, theme: str) -> Page:
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
    for name, value in (("luban_lang", "en"), ("luban_theme", theme)):
        context.add_cookies([{"name": name, "value": value, "url": address}])
    page = context.new_page()
    page.goto(address)
    page.locator('.lb-card[data-node="each"]').wait_for()
    page.get_by_role("button", name="Open what is inside").click()
    page.locator('.lb-card[data-node="summarise"] .lb-title').click()
    page.get_by_role("tab", name="Timeline").click()
    page.get_by_role("button", name="Overview map").click()
    page.mouse.move(700, 500)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)
    return page


if __name__ == "__main__":
    main()
