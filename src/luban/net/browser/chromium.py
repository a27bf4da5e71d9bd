"""Chromium without a screen: a process for each page, with one way out, past the gate."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from luban.net.allow_list import AllowList
from luban.net.errors import TimedOut
from luban.net.gate import Gate, Resolver, system_resolver
from luban.sdk.browser import Seen, Sight

MOST_AT_ONCE = 2
_GRACE = 10.0
"""Seconds beside a page's own for starting a browser, on a machine with much to do."""


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What a page may take: bytes over the network, and bytes of memory."""

    traffic: int = 100_000_000
    memory: int = 1_500_000_000


class Chromium:
    """The `Browser` of the block author's kit; nothing is looked for or started before it is used.

    `program` is what LUBAN_BROWSER says; `resolve` and `limits` are for tests.
    """

    def __init__(
        self,
        allow: AllowList,
        program: str = "",
        *,
        sandbox: bool = True,
        resolve: Resolver = system_resolver,
        limits: PageLimits | None = None,
    ) -> None:
        self._gate = Gate(allow, resolve)
        self._program = program
        self._sandbox = sandbox
        self._limits = limits or PageLimits()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    async def open(self, url: str, sight: Sight = Sight()) -> Seen:  # noqa: B008
        """As `luban.sdk.browser.Browser.open` says."""
        from luban.net import outgoing
        from luban.net.browser.program import find_browser

        program = find_browser(self._program)
        wanted = outgoing.address(url)
        await self._gate.addresses(wanted.host, wanted.port or _port(wanted.scheme))
        async with self._room:
            limit = asyncio.timeout(sight.timeout + _GRACE)
            try:
                async with limit:
                    return await self._seen(program, str(wanted), sight)
            except TimeoutError as error:
                if not limit.expired():
                    raise
                raise TimedOut(url=outgoing.shown(wanted), seconds=sight.timeout) from error

    async def _seen(self, program: str, url: str, sight: Sight) -> Seen:
        from luban.net.browser.page import Page
        from luban.net.browser.process import running
        from luban.net.browser.proxy import GuardedProxy
        from luban.net.browser.watched import watched

        async with (
            GuardedProxy(self._gate, self._limits.traffic).opened() as proxy,
            running(
                program, proxy, sandbox=self._sandbox, most_memory=self._limits.memory
            ) as browser,
        ):
            page = Page(browser.tools, proxy, url, sight)
            return await watched(page, proxy, browser, url, self._limits)


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
