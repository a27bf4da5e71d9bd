"""What the blocks of this family share: posting something that must not be posted twice."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

from luban.sdk import BlockError, Context, HttpResponse, OpenCredential, TemporaryError

_COME_BACK = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOST_BYTES = 1_000_000


async def post(ctx: Context, url: str, *, timeout: float = 30, **sent: Any) -> HttpResponse:
    """Posts once. Raises `BlockError` where nobody can tell whether it arrived."""
    try:
        return await ctx.http.request(
            "POST", url, timeout=timeout, max_bytes=_MOST_BYTES, follow_redirects=False, **sent
        )
    except TemporaryError as error:
        if error.code == "timed_out" or (
            error.code == "unreachable" and error.params.get("sent", True)
        ):
            raise BlockError(
                f"Nobody can tell whether the message arrived: {error} It is not sent again by "
                "itself.",
                zh=f"无法确定消息是否送达：{error.message_zh}不会自动重发。",
                code="message_in_doubt",
            ) from error
        raise


def checked(answer: HttpResponse, service: str, ctx: Context, refused: str) -> None:
    """Raises for every answer that is not 2xx; the address is not named, for it may be a secret."""
    if answer.ok:
        return
    said = " ".join(answer.text.split())[:200] or "-"
    if answer.status in _COME_BACK:
        raise TemporaryError(
            f"{service} answered {answer.status} ({said}); it may work later.",
            zh=f"{service} 返回了 {answer.status}（{said}），稍后重试也许可以。",
            code="message_not_now",
            retry_after=_retry_after(answer, ctx.now()),
        )
    raise BlockError(
        f"{service} does not take the message: {answer.status} ({said}). {refused}",
        zh=f"{service} 未接受该消息：{answer.status}（{said}）。",
        code="message_refused",
    )


async def only_for(ctx: Context, provider: str, url: str) -> OpenCredential:
    """The account to post with: the provider's own, or that of another host at this address.

    Raises `credential_missing`, and what an account of another host raises.
    """
    if (own := await ctx.find_credential(provider)) is not None and own.is_for(url):
        return own
    if (other := await ctx.find_credential("http")) is not None:
        return other
    return own or await ctx.credential(provider)


def one_of(given: str, kept: str, service: str) -> str:
    """The webhook's address: as it was given, else as the credential keeps it."""
    url = given.strip() or kept
    if not url.startswith(("https://", "http://")):
        raise BlockError(
            f"There is no address of a {service} webhook. Choose a credential, or give the address "
            "that the service shows for it.",
            zh=f"缺少 {service} webhook 的地址。请选择凭据，或填写该服务给出的地址。",
            code="no_webhook",
        )
    return url


def _retry_after(answer: HttpResponse, now: float) -> float | None:
    value = answer.headers.get("retry-after", "").strip()
    try:
        if value:
            return float(value) if value[0].isdecimal() else _until(value, now)
    except (TypeError, ValueError):
        return None
    return None


def _until(value: str, now: float) -> float:
    return max(0.0, parsedate_to_datetime(value).timestamp() - now)
