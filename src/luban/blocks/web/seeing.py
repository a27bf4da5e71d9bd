"""What the blocks that open a browser share."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import urlsplit

from luban.blocks.web.addresses import address, shown
from luban.blocks.web.fetch import AnsweredNotNow, AnsweredWithError
from luban.blocks.web.robots import Robots
from luban.sdk import Context, Seen, Sight

Until = Literal["load", "idle"]
_COME_BACK = frozenset({408, 425, 429, 500, 502, 503, 504})
_UNFIT = re.compile(r"[^\w.-]+")


async def opened(ctx: Context, url: str, *, robots: bool, **sight: Any) -> Seen:
    """The page, if it is one: raises for every status of an error."""
    whole = address(url)
    if robots:
        await Robots(ctx, 30).check(whole)
    seen = await ctx.browser.open(whole, Sight(**sight))
    if seen.status >= 400:
        wrong = AnsweredNotNow if seen.status in _COME_BACK else AnsweredWithError
        raise wrong(url=shown(seen.url), status=seen.status, reason="")
    return seen


def file_name(seen: Seen, ending: str) -> str:
    """What to call a picture of the page: after its host and path."""
    parts = urlsplit(seen.url)
    name = _UNFIT.sub("-", f"{parts.hostname or 'page'}{parts.path}").strip("-.")
    return f"{name[:80] or 'page'}.{ending}"
