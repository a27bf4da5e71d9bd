"""Fetching what the blocks of this family read, and answers that are errors."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from luban.blocks.web.addresses import address, shown
from luban.sdk import Context, HttpResponse
from luban.sdk.errors import WordedError, WordedTemporaryError

_COME_BACK = frozenset({408, 425, 429, 500, 502, 503, 504})


class AnsweredWithError(WordedError):
    """The other side says no, and would say so again."""

    code = "http_status"
    en = "`{url}` answered {status}{reason}. Check the address, and whether it needs a sign-in."
    zh = "“{url}”返回了 {status}{reason}。请检查网址，以及是否需要登录。"


class AnsweredNotNow(WordedTemporaryError):
    """The other side cannot at the moment."""

    code = "http_status_temporary"
    en = "`{url}` answered {status}{reason}; it may work later."
    zh = "“{url}”返回了 {status}{reason}，稍后重试也许可以。"


async def fetch(
    ctx: Context, url: str, *, accept: str, timeout: float, max_bytes: int
) -> HttpResponse:
    """A page or feed that is really there. Raises for every status that is not 2xx."""
    answer = await ctx.http.request(
        "GET", address(url), headers={"Accept": accept}, timeout=timeout, max_bytes=max_bytes
    )
    check(answer, ctx.now())
    return answer


def check(answer: HttpResponse, now: float) -> None:
    """Raises `AnsweredWithError` or `AnsweredNotNow` when the status is 400 or more."""
    if answer.status < 400:
        return
    reason = f" ({first_line(answer)})" if first_line(answer) else ""
    if answer.status in _COME_BACK:
        raise AnsweredNotNow(
            url=shown(answer.url),
            status=answer.status,
            reason=reason,
            retry_after=retry_after(answer.headers.get("retry-after"), now),
        )
    raise AnsweredWithError(url=shown(answer.url), status=answer.status, reason=reason)


def first_line(answer: HttpResponse) -> str:
    """A few words of an answer's body, if it is a plain sentence."""
    kind = answer.headers.get("content-type", "")
    if "html" in kind or not ("text" in kind or "json" in kind):
        return ""
    return answer.text[:500].strip().partition("\n")[0][:120]


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait, from a Retry-After header in either of its forms."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (TypeError, ValueError):
        return None
