"""The builder as a person's hands know it: pins, cards, the palette, what is stored afterwards."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

Point = tuple[float, float]
_PATIENCE = 10.0


class Builder:
    """One agent open in the builder."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.agent = ""

    def create(self, document: dict[str, Any]) -> None:
        """Stores a new agent and opens it."""
        made = self._ask("/agents", {"name": document.get("name", "Test"), "document": document})
        self.agent = made["id"]
        self.open()

    def open(self) -> None:
        """Opens the agent, or opens it again as after a reload."""
        self.page.goto(f"{self.address}/agents/{self.agent}/edit")
        self.page.locator(".react-flow__pane").wait_for()
        if self.stored()["nodes"]:
            self.page.locator(".lb-card").first.wait_for()
        self.rest()

    def rest(self) -> None:
        """Waits until the camera has come to a stop."""
        self.page.wait_for_function(
            """() => new Promise(done => {
              const camera = () => document.querySelector('.react-flow__viewport')?.style.transform;
              let before = camera(), still = 0;
              const look = () => {
                const now = camera();
                still = now === before ? still + 1 : 0;
                before = now;
                if (still > 12) done(true); else requestAnimationFrame(look);
              };
              look();
            })"""
        )

    def stored(self) -> dict[str, Any]:
        """The document as the server has it."""
        document = self._ask(f"/agents/{self.agent}")["document"]
        return {"nodes": {}, "links": [], **document}

    def wait_stored(self, right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The stored document once it is right; fails with the last one after ten seconds."""
        until = time.monotonic() + _PATIENCE
        while not right(document := self.stored()):
            assert time.monotonic() < until, json.dumps(document, ensure_ascii=False)
            self.page.wait_for_timeout(100)
        return document

    def pin(self, node: str, side: str, name: str) -> Locator:
        """A pin, by its node's id, `in` or `out`, and its name."""
        return self.page.locator(f'[data-nodeid="{node}"][data-handleid="{side}:{name}"]')

    def card(self, node: str) -> Locator:
        return self.page.locator(f'.lb-card[data-node="{node}"]')

    def drag(self, start: Locator, end: Locator | Point) -> None:
        """Presses on one thing, pulls to another, lets go."""
        mouse = self.page.mouse
        x, y = middle(start)
        goal = middle(end) if isinstance(end, Locator) else end
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 6, y + 4)
        mouse.move(*goal, steps=10)
        mouse.up()

    def add_from_palette(self, title: str) -> None:
        """Finds a block by a word in the list at the left and clicks it."""
        search = self.page.locator("#builder-left input, input[type=search]").first
        search.fill(title)
        self.page.get_by_role("button", name=title).first.click()
        search.fill("")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.address}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            return json.load(answer)


def middle(of: Locator) -> Point:
    """The middle of something in view."""
    box = of.bounding_box()
    assert box is not None, f"{of} is not in view"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
