"""What providers answer, read with care: they are strangers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import parse_qsl

from luban.sdk.http import HttpResponse

_SAID = 300
_REASONS = (
    "error.message",
    "error_description",
    "error.error_user_msg",
    "message",
    "detail",
    "error",
    "errors[0].message",
    "title",
)
"""Where services put their words, the most telling first."""


def body(answer: HttpResponse) -> Any:
    """The answer as JSON, or as the form that some still send; raises `ValueError`."""
    if answer.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(answer.text))
    return answer.json()


def look(expression: str, content: Any) -> Any:
    """What a JMESPath expression finds; nothing where the answer has another shape."""
    if not expression:
        return None
    import jmespath  # only here: starting is to be quick
    from jmespath.exceptions import JMESPathError

    try:
        return jmespath.search(expression, content)
    except JMESPathError:
        return None


def text(expression: str, content: Any) -> str:
    """A name or number found, as one short line."""
    found = look(expression, content)
    if found is None or isinstance(found, (dict, list, bool)):
        return ""
    return line(str(found))


def line(value: str) -> str:
    """One line of at most 300 letters that can be printed."""
    shown = "".join(letter if letter.isprintable() else " " for letter in value)
    shown = " ".join(shown.split())
    return shown if len(shown) <= _SAID else f"{shown[: _SAID - 1]}…"


def said(content: Any, expression: str = "") -> str:
    """The service's own words about what is wrong, if it has any."""
    for each in (expression, *_REASONS):
        if found := text(each, content):
            return found
    return ""


def names(value: Any) -> tuple[str, ...] | None:
    """Scopes from a list, or from a text with commas or spaces; `None` where there are none."""
    if isinstance(value, str):
        return tuple(dict.fromkeys(value.replace(",", " ").split()))
    if isinstance(value, list):
        return tuple(str(each) for each in cast("list[object]", value))
    return None


def pause(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds of a `Retry-After` header in either of its forms (RFC 9110 §10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now) if value else None
    except (TypeError, ValueError, OverflowError):
        return None
