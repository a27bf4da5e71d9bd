"""Pages in a browser and letters, as a test says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from luban.sdk.browser import Seen, Sight
from luban.sdk.credential import OpenCredential
from luban.sdk.errors import BlockError
from luban.sdk.mail import Letter, Received, Sent, Wanted


class ScriptedBrowser:
    """Shows the pages it is told: `{"url": {"html", "title", "content", "status"}}`.

    An exception is raised. `opened` keeps what was asked.
    """

    def __init__(self, pages: Mapping[str, Mapping[str, Any] | Exception] | None = None) -> None:
        self._pages = dict(pages or {})
        self.opened: list[tuple[str, Sight]] = []

    async def open(self, url: str, sight: Sight = Sight()) -> Seen:  # noqa: B008
        self.opened.append((url, sight))
        page = self._pages.get(url)
        if page is None:
            raise BlockError(f"The test has no page `{url}`.")
        if isinstance(page, Exception):
            raise page
        return Seen(
            url=page.get("url", url),
            status=page.get("status", 200),
            title=page.get("title", ""),
            html=page.get("html", ""),
            content=b"" if sight.make == "html" else page.get("content", b""),
        )


class ScriptedMail:
    """Takes letters into `sent` and gives those of `box`, which holds fields of `Received`.

    `fails` is raised in place of sending.
    """

    def __init__(self, told: Mapping[str, Any] | None = None) -> None:
        told = told or {}
        self._fails: Exception | None = told.get("fails")
        self._refused: Sequence[str] = told.get("refused", ())
        self.box = [Received(**each) for each in cast("list[Any]", told.get("box", []))]
        self.sent: list[Letter] = []

    async def send(self, server: OpenCredential, letter: Letter) -> Sent:
        if self._fails is not None:
            raise self._fails
        self.sent.append(letter)
        return Sent("<1@test.invalid>", self._refused)

    async def read(self, server: OpenCredential, wanted: Wanted) -> list[Received]:
        found = [each for each in self.box if not (wanted.unseen and each.seen)]
        found = [each for each in found if wanted.subject.lower() in each.subject.lower()]
        found = [each for each in found if wanted.sender.lower() in each.sender.lower()]
        return found[: wanted.limit or None]
