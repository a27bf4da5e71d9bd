"""How long a piece of an answer takes from the model to the page, and what many of them cost it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.environments import FOLDER
from benchmarks.machine import describe
from benchmarks.report import Report, Row
from benchmarks.server import free_port, running
from benchmarks.sizes import rounds, scaled
from benchmarks.start import luban
from tools import prerequisites

METHOD = [
    "A model on loopback sends pieces of text, each the moment at which it is sent. The page Chat",
    "of the installed server is open in Chromium, which notes when the text of the answer grows,",
    "by the same clock. So each delay holds the model's wire, our server, the stream to the page,",
    "and drawing. Slow: a piece every 100 ms. Fast: 200 a second.",
]
_WATCH = """() => {
  window.delays = []; window.long = 0; let last = 0;
  const before = document.querySelectorAll('article').length;
  new PerformanceObserver(list => { for (const each of list.getEntries())
    if (each.duration > 100) window.long += 1 }).observe({type: 'longtask'});
  new MutationObserver(() => {
    const now = performance.timeOrigin + performance.now();
    const articles = document.querySelectorAll('article');
    if (articles.length === before) return;
    const told = articles[articles.length - 1].textContent.match(/1\\d{12}\\.\\d/g);
    if (!told || told.length === last) return;
    for (const moment of told.slice(last)) window.delays.push(now - Number(moment));
    last = told.length;
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def measure() -> Report:
    """A slow answer and a fast one, each on a page of its own."""
    report = Report("talk", describe(), list(METHOD))
    found = prerequisites.find_browser()
    if found is None:
        report.notes.append("Not measured: there is no Chromium.")
        return report
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        slow = [_answered(found, Path(folder) / f"slow{n}", 30, 0.1) for n in range(rounds(3))]
        fast = _answered(found, Path(folder) / "fast", scaled(2_000, least=50), 0.005)
    firsts, all_slow = [each["delays"][0] for each in slow], _all(slow)
    report.rows += [
        Row("first piece of an answer on the page", median(firsts), "ms", bar="<= 50"),
        Row("each piece, one every 100 ms: median", median(all_slow), "ms"),
        Row("the same, 95 of 100", quantiles(all_slow, n=20)[-1], "ms"),
        Row("each piece, 200 a second: median", median(fast["delays"]), "ms"),
        Row("the same, tasks of more than 100 ms", fast["long"], "tasks", bar="0"),
    ]
    return report


def _all(told: list[dict[str, Any]]) -> list[float]:
    return [delay for each in told for delay in each["delays"]]


def _answered(chromium: str, folder: Path, pieces: int, gap: float) -> dict[str, Any]:
    """The delays of one answer, in milliseconds, and how many long tasks the page had."""
    with _model(pieces, gap) as address:
        given = {"OPENAI_BASE_URL": address, "LUBAN_MODEL": "m"}
        program = replace(luban(), environment=lambda _: given)
        with running(program, folder) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else []
            )
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.port}/chat")
            box = page.get_by_role("textbox").last
            box.fill("Hello")  # what is loaded by the first answer is not the delay of a piece
            box.press("Enter")
            page.wait_for_timeout(pieces * gap * 1000 + 4_000)
            page.evaluate(_WATCH)
            box.fill("Again")
            box.press("Enter")
            # By hand: the page allows nobody to make code of a text, and so no waiting by one.
            until = time.monotonic() + 60 + pieces * gap
            while page.evaluate("window.delays.length") < pieces and time.monotonic() < until:
                page.wait_for_timeout(200)
            told: dict[str, Any] = page.evaluate("({delays: window.delays, long: window.long})")
            browser.close()
    return told


@contextmanager
def _model(pieces: int, gap: float) -> Iterator[str]:
    port = free_port()
    words = ["-m", "benchmarks.works.telling_model", str(port), str(pieces), str(gap)]
    model = subprocess.Popen([sys.executable, *words])
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        model.kill()
        model.wait()
