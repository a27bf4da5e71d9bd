"""Moves a real mouse over the page and counts frames and main-thread time."""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

SECONDS = 4.0
VIEW: ViewportSize = {"width": 1280, "height": 800}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Point = tuple[float, float]
Gesture = Callable[[Page], None]
Button = Literal["left", "middle", "right"]


@dataclass(frozen=True)
class Frames:
    """What a gesture of a few seconds came to."""

    per_second: float
    busy_ms: float
    """Main-thread milliseconds per frame."""
    script_share: float
    """Script time as a share of wall time."""


@contextmanager
def browser() -> Iterator[Browser]:
    """The Chromium of the machine, else the one the test tool brought."""
    path = os.environ.get("LUBAN_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as tool:
        found = tool.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield found
        finally:
            found.close()


@contextmanager
def page(found: Browser, address: str) -> Iterator[Page]:
    """A fresh page with the graph on it, settled."""
    opened = found.new_page(viewport=VIEW)
    try:
        opened.goto(address)
        opened.wait_for_selector(".react-flow__pane")
        opened.wait_for_function("() => window.bench?.controls.current")
        opened.wait_for_timeout(700)
        yield opened
    finally:
        opened.close()


def frames(on: Page, gesture: Gesture) -> Frames:
    """The figures of one gesture."""
    session = on.context.new_cdp_session(on)
    session.send("Performance.enable")
    on.evaluate(
        """() => { const mine = {frames: 0}; window.counter = mine;
        const count = () => {
          mine.frames += 1;
          if (window.counter === mine) requestAnimationFrame(count);
        };
        requestAnimationFrame(count); }"""
    )
    before, started = _metrics(session), time.monotonic()
    gesture(on)
    after, took = _metrics(session), time.monotonic() - started
    counted = float(
        on.evaluate(
            "() => { const {frames} = window.counter; window.counter = null; return frames; }"
        )
    )
    session.detach()
    busy = (after["TaskDuration"] - before["TaskDuration"]) * 1000 / max(counted, 1)
    script = (after["ScriptDuration"] - before["ScriptDuration"]) / took
    return Frames(counted / took, busy, script)


def best_of(times: int, measure: Callable[[], Frames]) -> Frames:
    """The best of several: other work on the machine only ever makes a figure worse."""
    return max((measure() for _ in range(times)), key=lambda each: each.per_second)


def _metrics(session: CDPSession) -> dict[str, float]:
    found = session.send("Performance.getMetrics")["metrics"]
    return {each["name"]: float(each["value"]) for each in found}


def swing(on: Page, start: Point, button: Button, reach: float = 220) -> None:
    """Holds a mouse button and swings on a loop for a few seconds."""
    on.mouse.move(*start)
    on.mouse.down(button=button)
    began = time.monotonic()
    while (passed := time.monotonic() - began) < SECONDS:
        turn = passed * 2.2
        on.mouse.move(
            start[0] + reach * math.sin(turn), start[1] + reach * 0.6 * math.sin(2 * turn)
        )
    on.mouse.up(button=button)


def pan(on: Page) -> None:
    """Pulls the ground with the middle button."""
    swing(on, (VIEW["width"] / 2, VIEW["height"] / 2), "middle")


def look(on: Page, zoom: float) -> None:
    """Brings the canvas to a zoom and waits until it has come to rest."""
    on.evaluate("zoom => window.bench.controls.current.zoomTo(zoom)", zoom)
    on.wait_for_timeout(500)
