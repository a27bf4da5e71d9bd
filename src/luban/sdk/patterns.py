"""Regular expressions that always end: whoever wrote the pattern, and whatever the text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import regex

from luban.model.errors import show
from luban.sdk.errors import BlockError

_AT_ONCE, _AT_MOST = 0.02, 2.0
"""Seconds a match may hold the event loop, and seconds it may then take in a thread."""

_LONGEST_PATTERN = 10_000

T = TypeVar("T")


@lru_cache(maxsize=512)
def compile_pattern(
    pattern: str, *, case_sensitive: bool = True, dot_all: bool = True
) -> regex.Pattern[str]:
    """The pattern ready to use, `^` and `$` meaning the whole text. Raises `BlockError`."""
    if len(pattern) > _LONGEST_PATTERN:
        raise BlockError(
            f"The pattern has {len(pattern):,} characters; at most {_LONGEST_PATTERN:,} work.",
            zh=f"匹配模式有 {len(pattern):,} 个字符，上限为 {_LONGEST_PATTERN:,}。",
            code="bad_pattern",
        )
    flags = (0 if case_sensitive else regex.IGNORECASE) | (regex.DOTALL if dot_all else 0)
    try:
        return regex.compile(pattern, flags)
    except (regex.error, RecursionError, OverflowError) as error:
        place = getattr(error, "pos", None)
        where = "" if place is None else f" at character {place + 1}"
        where_zh = "" if place is None else f"第 {place + 1} 个字符处"
        reason = getattr(error, "msg", None) or "it is nested too deeply"
        raise BlockError(
            f"`{show(pattern)}` is not a pattern: {reason}{where}. "
            r"Put \ before characters such as ( [ * . that are meant as they stand.",
            zh=f"“{show(pattern)}”不是有效的匹配模式：{where_zh} {reason}。"
            r"若要按字面匹配 ( [ * . 等字符，请在前面加 \。",
            code="bad_pattern",
        ) from error


async def bounded(pattern: regex.Pattern[str], search: Callable[..., T]) -> T:
    """What `search(timeout=…)` gives; a slow one goes on in a thread, an endless one is ended.

    `await bounded(compiled, partial(compiled.search, text))`. Raises `BlockError`.
    """
    try:
        return search(timeout=_AT_ONCE)
    except TimeoutError:
        pass  # started again where it holds up nobody
    try:
        return await asyncio.to_thread(_in_thread, search)
    except TimeoutError as error:
        raise BlockError(
            f"The pattern `{show(pattern.pattern)}` took longer than {_AT_MOST:g} s on this text. "
            "Write it without repetitions inside repetitions, such as (a+)+, or give less text.",
            zh=f"匹配模式“{show(pattern.pattern)}”在这段文本上超过了 {_AT_MOST:g} 秒。"
            "请避免重复里面再套重复（例如 (a+)+），或减少文本。",
            code="pattern_too_slow",
        ) from error


def _in_thread(search: Callable[..., T]) -> T:
    """`concurrent` lets other threads run while it searches."""
    options: dict[str, Any] = {"timeout": _AT_MOST, "concurrent": True}
    return search(**options)
