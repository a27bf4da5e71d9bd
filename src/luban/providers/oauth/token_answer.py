"""What a token address answered: tokens, or why there are none. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from luban.ports.providers import DeviceCode, Granted, OAuth
from luban.providers import answers
from luban.providers.filling import hidden
from luban.sdk.http import HttpResponse

_LONGEST = 10 * 365 * 86400
"""No token is believed to last longer; a silly number must not become a date beyond all dates."""


class Refusal(NamedTuple):
    """No tokens: the provider's word for the reason, and its sentence."""

    error: str
    said: str


class Nonsense(NamedTuple):
    """Neither tokens nor a reason."""

    status: int


def read(
    oauth: OAuth, answer: HttpResponse, now: float, sent: tuple[str, ...]
) -> Granted | Refusal | Nonsense:
    """Whatever the status says: some services answer 200 to what they refuse.

    `sent` are the secrets of the request, which a service may repeat in its words.
    """
    whole = _object(answer)
    if whole is None:
        return Nonsense(answer.status)
    tokens = answers.look(oauth.inside, whole) if oauth.inside else whole
    token = tokens.get("access_token") if isinstance(tokens, dict) else None
    refused = "error" in whole or whole.get("ok") is False
    if answer.ok and isinstance(token, str) and token and not refused:
        return _granted(oauth, whole, cast("dict[str, Any]", tokens), now)
    return _refusal(answer, whole, sent)


def read_device(answer: HttpResponse) -> DeviceCode | Refusal | Nonsense:
    """A code for another device; Google calls the address of it by an older name."""
    whole = _object(answer)
    if whole is None:
        return Nonsense(answer.status)
    given = {
        "user_code": whole.get("user_code"),
        "device_code": whole.get("device_code"),
        "address": whole.get("verification_uri") or whole.get("verification_url"),
    }
    if answer.ok and all(isinstance(value, str) and value for value in given.values()):
        times = {name: whole[name] for name in ("interval", "expires_in") if name in whole}
        try:
            code = DeviceCode.model_validate({**given, **times})
        except ValueError:
            return Nonsense(answer.status)
        return code if code.address.startswith("https://") else Nonsense(answer.status)
    return _refusal(answer, whole, ())


def _object(answer: HttpResponse) -> dict[str, Any] | None:
    try:
        content = answers.body(answer)
    except ValueError:
        return None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else None


def _refusal(
    answer: HttpResponse, whole: dict[str, Any], sent: tuple[str, ...]
) -> Refusal | Nonsense:
    error = whole.get("error")
    if isinstance(error, str) and error:
        said = answers.text("error_description", whole) or answers.line(error)
        return Refusal(answers.line(error), hidden(said, sent).rstrip("."))
    if (words := answers.said(whole)) and 400 <= answer.status < 500:
        return Refusal("", hidden(words, sent).rstrip("."))
    return Nonsense(answer.status)


def _granted(oauth: OAuth, whole: Mapping[str, Any], tokens: dict[str, Any], now: float) -> Granted:
    kept = ("access_token", "refresh_token", "token_type")
    secret = {
        name: tokens[name] for name in kept if isinstance(tokens.get(name), str) and tokens[name]
    }
    return Granted(
        secret=secret,
        scopes=answers.names(tokens.get("scope")),
        expires_at=_expiry(tokens.get("expires_in"), now),
        account=hidden(answers.text(oauth.account, whole), secret.values()),
    )


def _expiry(seconds: Any, now: float) -> float | None:
    """From a number, or from the text that some send in place of one; 0 is no end at all."""
    try:
        lasts = float(seconds)
    except (TypeError, ValueError):
        return None
    return now + min(lasts, _LONGEST) if 0 < lasts < float("inf") else None
