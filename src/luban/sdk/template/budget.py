"""How much a template may do: characters made, items walked, and seconds."""

from __future__ import annotations

import time
from typing import Any, cast

from jinja2 import TemplateRuntimeError, Undefined
from jinja2.runtime import Context

KEY = "\0budget"
"""Where the budget stands among a template's values; no template can write this name."""

WORK = 5_000_000
SECONDS = 2.0
LONGEST_TEXT = 2_000_000
GREATEST_NUMBER = 10_000
"""For ranges, repetitions, widths and the like."""
_LARGEST_PART = 500_000


class TooMuch(TemplateRuntimeError):
    """A template asks for more than it may have; the sentence comes in both languages."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class Budget:
    """What one rendering has left."""

    __slots__ = ("_end", "_work")

    def __init__(self) -> None:
        self._work = WORK
        self._end = time.monotonic() + SECONDS

    def charge(self, amount: int) -> None:
        """Pays for work about to be done. Raises `TooMuch`."""
        self._work -= amount + 1
        if self._work < 0 or time.monotonic() > self._end:
            raise TooMuch(
                f"it does too much work (more than {WORK:,} characters and items, "
                f"or {SECONDS:g} s)",
                f"工作量过大（超过 {WORK:,} 个字符和项目，或 {SECONDS:g} 秒）",
            )

    def charge_text(self, length: int) -> None:
        """Pays for a text of this length."""
        self.check_length(length)
        self.charge(length)

    def check_length(self, length: int) -> None:
        """Whether a text may be this long. Raises `TooMuch`."""
        if length > LONGEST_TEXT:
            raise TooMuch(
                f"it makes a text of {length:,} characters; {LONGEST_TEXT:,} are allowed",
                f"它生成的文本有 {length:,} 个字符，上限为 {LONGEST_TEXT:,}",
            )


def budget_of(context: Context) -> Budget:
    """The budget of the rendering that a filter or operator is called in."""
    return cast("Budget", context.parent[KEY])


def check_number(number: int) -> int:
    """A count or width as it is, if it is not absurd. Raises `TooMuch`."""
    if abs(number) > GREATEST_NUMBER:
        raise TooMuch(
            f"it uses the number {number} as a size; {GREATEST_NUMBER:,} is the most",
            f"它把 {number} 用作长度或数量，上限为 {GREATEST_NUMBER:,}",
        )
    return number


def size_of(value: Any) -> int:
    """Characters and items inside a value, all levels; parts used twice count twice."""
    total = 0
    waiting: list[Any] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            total += len(part)
        elif isinstance(part, dict):
            fields = cast("dict[Any, Any]", part)
            total += len(fields)
            waiting.extend(fields.keys())
            waiting.extend(fields.values())
        elif isinstance(part, (list, tuple)):
            items = cast("list[Any]", part)
            total += len(items)
            waiting.extend(items)
        elif not isinstance(part, Undefined):
            total += 8
        if total > LONGEST_TEXT or len(waiting) > _LARGEST_PART:
            raise TooMuch("a value in it is too large", "其中的某个值过大")
    return total
