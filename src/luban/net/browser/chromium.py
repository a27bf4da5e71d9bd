"""Chromium without a screen: one process for each page, behind a proxy of ours."""

from __future__ import annotations

from luban.net.allow_list import AllowList
from luban.sdk.browser import Seen, Sight


class Chromium:
    """The `Browser` of the block author's kit."""

    def __init__(self, allow: AllowList, program: str = "", *, sandbox: bool = True) -> None:
        self._allow = allow
        self._program = program
        self._sandbox = sandbox

    async def open(self, url: str, sight: Sight = Sight()) -> Seen:  # noqa: B008
        raise NotImplementedError
