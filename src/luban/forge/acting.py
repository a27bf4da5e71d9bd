"""One use of a tool as a durable call, tried again where that may help, told as a text."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from luban.sdk import BlockError, CallFailed, Context, Effect, PathChanged
from luban.sdk.errors import VerbMisused
from luban.sdk.tools import UsableTool

T = TypeVar("T")
_LONGEST_PAUSE = 60.0
_FIRST_PAUSE = 1.0


async def use(
    ctx: Context, key: str, tool: UsableTool, arguments: Mapping[str, Any], retries: int
) -> dict[str, Any]:
    """The outputs of a tool; one that fails for now is used again after a pause.

    Each try has a key of its own. What must not happen twice is tried once. Raises what the last
    try raised.
    """
    tries = 0 if tool.effect is Effect.ONCE else retries
    number = 0
    while True:
        try:
            return await ctx.use(tool, arguments, key=f"act-{key}" + _again(number))
        except CallFailed as failed:
            if not failed.retryable or number >= tries:
                raise
            pause = min(failed.retry_after or _FIRST_PAUSE * 2**number, _LONGEST_PAUSE)
        number += 1
        await ctx.sleep(pause, key=f"pause-{key}" + _again(number))


def _again(number: int) -> str:
    return f"-again-{number}" if number else ""


def as_text(outputs: Mapping[str, Any]) -> str:
    """A lone text as it is; anything else as JSON."""
    if not outputs:
        return "(it gave nothing)"
    only = next(iter(outputs.values())) if len(outputs) == 1 else None
    if isinstance(only, str):
        return only or "(an empty text)"
    return json.dumps(dict(outputs), ensure_ascii=False)


def failure(error: BlockError) -> str:
    """What the model is told of a failure. Raises the error again where it is not the tool's."""
    if isinstance(error, (PathChanged, VerbMisused)):
        raise error
    return f"It failed ({error.code}): {error}"


async def side_by_side(work: Sequence[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """What all of them give, in order, a few at a time.

    When one raises, the others come to their end first, so that what they did is recorded.
    """
    turn = asyncio.Semaphore(at_once)

    async def one(do: Callable[[], Awaitable[T]]) -> T:
        async with turn:
            return await do()

    done = await asyncio.gather(*map(one, work), return_exceptions=True)
    given: list[T] = []
    for each in done:
        if isinstance(each, BaseException):
            raise each
        given.append(each)
    return given
