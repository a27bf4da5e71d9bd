"""What sites ask of those who read them by program: robots.txt (RFC 9309)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from luban.blocks.web.addresses import shown
from luban.sdk import BlockError, Context, TemporaryError

AGENT = "Luban"
_KEPT_SECONDS = 3600.0
_MOST_BYTES = 512_000
_MOST_KEPT = 60_000
_MOST_DELAY = 30.0


class Robots:
    """The rules of the sites that a step visits, each asked for once and kept for an hour."""

    def __init__(self, ctx: Context, timeout: float) -> None:
        self._ctx = ctx
        self._timeout = timeout
        self._known: dict[str, Any] = {}

    async def allows(self, url: str) -> bool:
        rules = await self._rules(url)
        return rules.can_fetch(url, AGENT)

    async def check(self, url: str) -> None:
        """Raises `BlockError` where the site does not want the page to be read."""
        if not await self.allows(url):
            raise BlockError(
                f"The robots.txt of `{urlsplit(url).netloc}` does not allow `{shown(url)}` to be "
                "read by programs. If you may, switch off Respect robots.txt.",
                zh=f"“{urlsplit(url).netloc}”的 robots.txt 不允许程序读取“{shown(url)}”。"
                "如已获得许可，请关闭“遵守 robots.txt”。",
                code="robots_forbid",
            )

    async def delay(self, url: str) -> float:
        """Seconds that the site wants between two pages."""
        asked = (await self._rules(url)).crawl_delay(AGENT)
        return min(float(asked or 0), _MOST_DELAY)

    async def sitemaps(self, url: str) -> list[str]:
        return list((await self._rules(url)).sitemaps)

    async def _rules(self, url: str) -> Any:
        from protego import Protego

        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._known:
            self._known[origin] = Protego.parse(await self._text(origin))
        return self._known[origin]

    async def _text(self, origin: str) -> str:
        key, now = f"web.robots {origin}", self._ctx.now()
        kept = await self._ctx.state.get(key)
        if isinstance(kept, dict) and now - kept.get("at", 0) < _KEPT_SECONDS:
            return str(kept.get("text", ""))
        text = await self._asked(origin)
        if len(text) <= _MOST_KEPT:
            await self._ctx.state.set(key, {"at": now, "text": text})
        return text

    async def _asked(self, origin: str) -> str:
        """No such file is no rule; a site that cannot say is not read (RFC 9309, 2.3.1)."""
        answer = await self._ctx.http.request(
            "GET", f"{origin}/robots.txt", timeout=self._timeout, max_bytes=_MOST_BYTES
        )
        if answer.status >= 500 or answer.status == 429:
            raise TemporaryError(
                f"The robots.txt of `{origin}` answered {answer.status}; until it can be read, "
                "nothing else there is.",
                zh=f"“{origin}”的 robots.txt 返回了 {answer.status}；在能读取之前不会访问该站点。",
                code="robots_unknown",
            )
        return answer.text if answer.ok else ""
