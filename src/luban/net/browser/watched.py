"""A page held to what it may take while it is looked at."""

from __future__ import annotations

import asyncio
from typing import Protocol

from luban.net.browser.devtools import DevToolsError
from luban.net.browser.errors import BrowserFailed, BrowserSandboxMissing, PageTooLarge
from luban.net.browser.page import Page, shown
from luban.net.browser.process import Running
from luban.net.browser.proxy import GuardedProxy
from luban.net.errors import readable_size
from luban.sdk.browser import Seen

_LAST_WORDS = 1.0
"""Seconds for what a browser says when it ends."""
_NO_SANDBOX = ("No usable sandbox", "without --no-sandbox", "Failed to move to new namespace")


class Bounds(Protocol):
    @property
    def traffic(self) -> int: ...
    @property
    def memory(self) -> int: ...


async def watched(
    page: Page, proxy: GuardedProxy, browser: Running, url: str, limits: Bounds
) -> Seen:
    """What the page shows. Raises `PageTooLarge`, `BrowserFailed` and what the page raises."""
    look = asyncio.create_task(page.seen())
    full = asyncio.create_task(proxy.full.wait())
    heavy = asyncio.create_task(browser.heavy.wait())
    try:
        await asyncio.wait([look, full, heavy], return_when=asyncio.FIRST_COMPLETED)
        if look.done():
            return look.result()
        if full.done():
            limit = f"{readable_size(limits.traffic)} from the network"
        else:
            limit = f"{readable_size(limits.memory)} of memory"
        raise PageTooLarge(url=shown(url), limit=limit)
    except DevToolsError as error:
        await asyncio.wait([browser.complaining], timeout=_LAST_WORDS)
        raise _failed(url, str(error), browser) from error
    finally:
        for task in (look, full, heavy):
            task.cancel()
        await asyncio.gather(look, full, heavy, return_exceptions=True)


def _failed(url: str, why: str, browser: Running) -> BrowserFailed | BrowserSandboxMissing:
    said = browser.said.decode("utf-8", "replace")
    for line in said.splitlines():
        if any(words in line for words in _NO_SANDBOX):
            return BrowserSandboxMissing(reason=(line.partition("] ")[2] or line)[:200].rstrip("."))
    return BrowserFailed(url=shown(url), reason=why)
