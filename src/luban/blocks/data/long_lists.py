"""Where work on many items is done: at once when it is short, else in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

_AT_ONCE = 20_000
"""Items that take some 50 ms; a run next to this one should not wait longer."""

T = TypeVar("T")


async def beside(size: int, work: Callable[[], T]) -> T:
    """What `work` gives; `size` is how many items (or rows of ten characters) it goes through."""
    return work() if size <= _AT_ONCE else await asyncio.to_thread(work)
