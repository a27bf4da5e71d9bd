"""One attempt of a step: the block's code is run, and what it did becomes values or an error."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from luban.engine.context import StepContext
from luban.engine.inputs import Gate
from luban.model.errors import LubanError
from luban.sdk.code import BlockCode, Emission, Style

_threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="luban-block")


class TimedOut(LubanError):
    """An attempt took longer than it may."""

    code = "timed_out"
    status = 504
    retryable = True
    en = (
        "`{node}` was not done after {seconds} s. "
        "Raise its time limit, or look at what it waits for."
    )
    zh = "“{node}”在 {seconds} 秒内没有完成。请提高它的时限，或检查它在等待什么。"


class BlockCrashed(LubanError):
    """A block's code raised something that is no error of its own: a mistake in the block."""

    code = "block_crashed"
    status = 500
    en = "The block `{block}` stopped with {kind}: {cause} ({place})."
    zh = "模块“{block}”因 {kind} 中止：{cause}（{place}）。"


class InDoubt(LubanError):
    """A step that must not happen twice was interrupted, and nobody knows how far it came."""

    code = "in_doubt"
    status = 409
    en = (
        "`{node}` was interrupted while it acted, and must not act twice. "
        "See whether it took effect, then start a new run from there."
    )
    zh = "“{node}”在执行中被打断，且不允许重复执行。请先确认它是否已生效，再从那里开始新的运行。"


async def attempt(
    code: BlockCode, gate: Gate, ctx: StepContext, timeout: float | None
) -> list[Emission]:
    """The values a step sent at its end. Raises `LubanError` for everything that goes wrong.

    This is the attempt's edge: whatever a block raises becomes an error of ours here.
    """
    firing = ctx.firing
    try:
        ready = gate.enter(firing.path, firing.inputs)
        if timeout is None:
            if code.style is Style.COROUTINE:  # as in `_call`, which would cost a frame more
                return gate.leave(code.emissions(await code.call(ready, ctx)))
            result = await _call(code, ready, ctx)
        else:
            ctx.deadline = ctx.now() + timeout
            async with asyncio.timeout(timeout):
                result = await _call(code, ready, ctx)
        return gate.leave(result)
    except LubanError:
        raise
    except TimeoutError as late:
        if timeout is None:
            raise _crash(code, late) from late
        raise TimedOut(node=firing.path, seconds=timeout) from late
    except Exception as crash:
        raise _crash(code, crash) from crash


async def _call(code: BlockCode, ready: Any, ctx: StepContext) -> list[Emission]:
    if code.style is Style.COROUTINE:
        return code.emissions(await code.call(ready, ctx))
    if code.style is Style.STREAM:
        async for emission in code.call(ready, ctx):
            pin, value = code.pair(emission)
            await ctx.emit(pin, value)
        return []
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _in_thread, code, ready, ctx)


def _in_thread(code: BlockCode, ready: Any, ctx: StepContext) -> list[Emission]:
    result = code.call(ready, ctx)
    if inspect.isgenerator(result):
        return [code.pair(emission) for emission in cast("Iterator[Any]", result)]
    return code.emissions(result)


def _crash(code: BlockCode, crash: Exception) -> BlockCrashed:
    trail = crash.__traceback__
    while trail is not None and trail.tb_next is not None:
        trail = trail.tb_next
    place = "?"
    if trail is not None:
        file = trail.tb_frame.f_code.co_filename.replace("\\", "/").rsplit("/", 2)
        place = f"{'/'.join(file[-2:])}:{trail.tb_lineno}"
    return BlockCrashed(
        block=code.spec.id, kind=type(crash).__name__, cause=str(crash), place=place
    )
