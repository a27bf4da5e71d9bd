"""Which language this terminal speaks."""

from __future__ import annotations

import os
from functools import cache

from luban.model.errors import LubanError


@cache
def speaks_chinese() -> bool:
    """Whether `LUBAN_LANG`, or else the locale, asks for Chinese."""
    for name in ("LUBAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return value.lower().startswith("zh")
    return False


def say(en: str, zh: str) -> str:
    """The one of two sentences that this terminal's reader understands."""
    return zh if speaks_chinese() else en


def told(error: LubanError) -> str:
    """An error's sentence."""
    return error.message_zh if speaks_chinese() else str(error)


def told_of(stored: dict[str, object] | None) -> str:
    """The sentence of an error as it is stored and sent."""
    if not stored:
        return ""
    text = stored.get("message_zh") if speaks_chinese() else None
    return str(text or stored.get("message") or stored.get("code") or "")
