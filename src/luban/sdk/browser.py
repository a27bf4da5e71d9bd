"""Pages as a browser shows them, after their programs have run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Sight:
    """What is wanted of a page, and when it counts as there.

    `until` is when to look: after the page and what belongs to it has loaded, or when nothing has
    been asked of the network for half a second. `selector` waits for a piece of the page as well.
    """

    make: Literal["html", "screenshot", "pdf"] = "html"
    until: Literal["load", "idle"] = "idle"
    selector: str = ""
    wait: float = 0.0
    """Further seconds."""
    width: int = 1280
    height: int = 800
    full_page: bool = False
    landscape: bool = False
    language: str = ""
    timeout: float = 30.0
    """Seconds for all of it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that was opened; `content` is the picture or the document, if one was wanted."""

    url: str
    status: int
    title: str
    html: str = ""
    content: bytes = b""


class Browser(Protocol):
    """Opens pages in a browser that reaches no more than `ctx.http` does."""

    async def open(self, url: str, sight: Sight = Sight()) -> Seen:
        """The page; raises `TemporaryError` (no connection, time-out) and `BlockError`.

        The latter for a machine without a browser, a forbidden address, a page too large.
        """
        ...
