"""A server with a few agents in it, and pages that tell on themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import httpx2
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from tests.server.kit import ServerProcess

# The background of a browser would ask hosts that are none of ours.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


QUIET = {"LUBAN_LOG_LEVEL": "warning"}
"""Nobody reads what these servers say of each request, and a full pipe would stop them."""


class Site:
    """A running server and what the tests put into it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = httpx2.request(method, f"{self.url}/api/v1{path}", json=body, timeout=20)
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else {}

    def agent(self, name: str, document: dict[str, Any]) -> str:
        return self.ask("POST", "/agents", {"name": name, "document": document})["id"]

    def run(self, agent: str, **inputs: object) -> str:
        return self.ask("POST", f"/agents/{agent}/runs", {"inputs": inputs})["id"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    process = ServerProcess(tmp_path_factory.mktemp("site"), **QUIET)
    yield Site(process.url)
    process.stop()


@pytest.fixture(scope="module")
def chromium(browser_program: str) -> Iterator[Browser]:
    with sync_playwright() as tool:
        found = tool.chromium.launch(executable_path=browser_program, args=FLAGS)
        yield found
        found.close()


class Visit:
    """Opens pages in a language, a theme and a width, and remembers what went wrong on them."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser = browser
        self._site = site
        self._homes = {urlparse(site.url).netloc}
        self._contexts: list[BrowserContext] = []
        self._expected: list[str] = []
        self._wrong: list[str] = []

    def __call__(
        self,
        path: str = "/",
        language: str = "en",
        theme: str = "light",
        width: int = 1280,
        height: int = 800,
        cookies: Mapping[str, str] | None = None,
    ) -> Page:
        context = self._browser.new_context(viewport={"width": width, "height": height})
        self._contexts.append(context)
        given = {"luban_lang": language, "luban_theme": theme, **(cookies or {})}
        for name, value in given.items():
            context.add_cookies([{"name": name, "value": value, "url": self._site.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: self._wrong.append(str(error)))
        page.on("console", self._said)
        page.on("request", self._asked)
        page.goto(self._site.url + path)
        page.wait_for_load_state("networkidle")
        return page

    def also(self, address: str) -> str:
        """Another name of the server; asking that is asking nobody else."""
        self._homes.add(urlparse(address).netloc)
        return address

    def expect_said(self, text: str) -> None:
        """The browser itself reports refused requests; a test that provokes one says so."""
        self._expected.append(text)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._wrong.append(message.text)

    def _asked(self, request: Request) -> None:
        address = urlparse(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc not in self._homes:
            self._wrong.append(f"asked {request.url}")

    def end(self) -> list[str]:
        for context in self._contexts:
            context.close()
        return [said for said in self._wrong if not any(known in said for known in self._expected)]


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Visit]:
    """Afterwards no page may have erred, warned, or asked anybody else."""
    visit = Visit(chromium, site)
    yield visit
    assert visit.end() == []


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody out, as short lines."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        """async () => await axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
          resultTypes: ["violations"],
        })"""
    )
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
