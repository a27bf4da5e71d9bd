"""Several durable questions at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = 4


async def all_of(work: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """What all of them give, in order, a few at a time.

    When one fails the others come to their end first, so that their records are kept: a retry
    pays for nothing twice. Nothing is begun after a failure.
    """
    turn = asyncio.Semaphore(AT_ONCE)
    failed = False

    async def one(do: Callable[[], Awaitable[T]]) -> T | None:
        nonlocal failed
        async with turn:
            if failed:
                return None
            try:
                return await do()
            except BaseException:
                failed = True
                raise

    done = await asyncio.gather(*(one(each) for each in work), return_exceptions=True)
    given: list[T] = []
    for each in done:
        if isinstance(each, BaseException):
            raise each
        if each is not None:
            given.append(each)
    return given
