"""One attempt of a step: the block's code is run, and what it did becomes values or an error."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast

from luban.engine import whose
from luban.engine.bounds import Bounds
from luban.engine.context import StepContext
from luban.engine.guard import UNGUARDED, Guard
from luban.engine.inputs import Gate
from luban.engine.threads import Holder
from luban.model.errors import LubanError
from luban.model.values import plain
from luban.sdk.bring_in import all_brought_in
from luban.sdk.code import BlockCode, Emission, Style

log = logging.getLogger(__name__)


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


class BlocksTheLoop(LubanError):
    """A block held up the event loop, and with it every other run of its worker."""

    code = "blocks_the_loop"
    status = 500
    en = (
        "The block `{block}` at `{node}` held up all other runs for {seconds} s ({place}), so it "
        "was stopped. Write it as a plain `def`, which runs in a thread of its own, or `await` "
        "what it waits for."
    )
    zh = (
        "“{node}”的模块“{block}”使其他运行停顿了 {seconds} 秒（{place}），因此被中止。"
        "请将其写成普通的 `def`（会在单独的线程中运行），或对等待的操作使用 `await`。"
    )


class InDoubt(LubanError):
    """A step that must not happen twice was interrupted, and nobody knows how far it came."""

    code = "in_doubt"
    status = 409
    en = (
        "`{node}` was interrupted while it acted, and must not act twice. "
        "See whether it took effect, then start a new run from there."
    )
    zh = "“{node}”在执行中被打断，且不允许重复执行。请先确认它是否已生效，再从那里开始新的运行。"


class Evicted(BaseException):
    """Raised inside a block that holds the event loop; no `except Exception` keeps it there."""

    def __init__(self, error: BlocksTheLoop) -> None:
        super().__init__(str(error))
        self.error = error


async def attempt(
    code: BlockCode,
    gate: Gate,
    ctx: StepContext,
    timeout: float | None,
    guard: Guard = UNGUARDED,
) -> list[Emission]:
    """The values a step sent at its end. Raises `LubanError` for everything that goes wrong.

    This is the attempt's edge: whatever a block raises becomes an error of ours here.
    """
    firing = ctx.firing
    whose.DOING.set(ctx)
    try:
        given = firing.inputs
        if gate.files:
            given = await all_brought_in(ctx, given, gate.files)
        ready = gate.enter(firing.path, given)
        if timeout is not None:
            result = await _in_time(code, ready, ctx, timeout, guard)
        elif code.style is Style.COROUTINE:  # as in `_call`, which would cost a frame more
            result = code.emissions(await code.call(ready, ctx))
        else:
            result = await _call(code, ready, ctx, guard)
        return gate.leave(result, firing.path, guard.bounds)
    except LubanError:
        raise
    except asyncio.CancelledError as cancelled:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise crashed(code, cancelled) from cancelled  # nobody asked for it but the block itself
    except Exception as crash:
        raise crashed(code, crash) from crash
    except (Evicted, SystemExit, BaseExceptionGroup) as crash:
        evicted = _evicted(crash)
        raise (evicted.error if evicted else crashed(code, crash)) from crash


async def _call(code: BlockCode, ready: Any, ctx: StepContext, guard: Guard) -> list[Emission]:
    if code.style is Style.COROUTINE:
        return code.emissions(await code.call(ready, ctx))
    if code.style is Style.STREAM:
        sent, most = 0, guard.bounds.emissions
        async for emission in code.call(ready, ctx):
            pin, value = code.pair(emission)
            if (sent := sent + 1) > most:
                guard.bounds.check_count(sent, ctx.firing.path)
            await ctx.emit(pin, value)
        return []
    holder = Holder(code.spec.id, ctx.firing.path, ctx.run_id)
    return await guard.threads.run(holder, lambda: _in_thread(code, ready, ctx, guard.bounds))


def _in_thread(code: BlockCode, ready: Any, ctx: StepContext, bounds: Bounds) -> list[Emission]:
    whose.DOING.set(ctx)  # a thread knows nothing of the task that waits for it
    result = code.call(ready, ctx)
    if not inspect.isgenerator(result):
        return code.emissions(result)
    emissions: list[Emission] = []
    size = 0
    for emission in cast("Iterator[Any]", result):
        pin, value = code.pair(emission)
        if isinstance(value, (str, bytes)) and (size := size + len(value)) > bounds.output_bytes:
            bounds.check_size(size, ctx.firing.path, pin)
        emissions.append((pin, value))
        if len(emissions) > bounds.emissions:
            bounds.check_count(len(emissions), ctx.firing.path)
    return emissions


async def _in_time(
    code: BlockCode, ready: Any, ctx: StepContext, timeout: float, guard: Guard
) -> list[Emission]:
    """As `_call`, in a task of its own: a block that does not stop in time can be left behind."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def wake(*_: Any) -> None:
        if not ended.done():
            ended.set_result(None)

    task = loop.create_task(_contained(code, ready, ctx, guard))
    task.add_done_callback(wake)
    limit = TimeLimit(ctx, timeout, wake)
    ctx.task, ctx.timer = task, limit
    limit.go_on()
    grace = guard.bounds.grace_seconds
    try:
        await ended
    except asyncio.CancelledError:
        await guard.endings.end([task], grace)
        raise
    finally:
        limit.stop()
    if task.done():
        return task.result()
    late = TimedOut(node=ctx.firing.path, seconds=timeout)
    await guard.endings.end([task], grace)
    if task.done() and not task.cancelled() and (cause := task.exception()) is not None:
        raise late from cause  # it broke while it cleaned up
    raise late


async def _contained(code: BlockCode, ready: Any, ctx: StepContext, guard: Guard) -> list[Emission]:
    """As `_call`, for a task: from there `SystemExit` would go on to end the whole process."""
    try:
        return await _call(code, ready, ctx, guard)
    except SystemExit as crash:
        raise crashed(code, crash) from crash


class TimeLimit:
    """The seconds an attempt may take; they stand still while it waits for somebody."""

    __slots__ = ("_begun", "_ctx", "_left", "_loop", "_over", "_timer")

    def __init__(self, ctx: StepContext, seconds: float, over: Any) -> None:
        self._ctx = ctx
        self._left = seconds
        self._over = over
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._begun = 0.0

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._left -= self._loop.time() - self._begun

    def go_on(self) -> None:
        if self._timer is None:
            left = max(self._left, 0.0)
            self._begun = self._loop.time()
            self._timer = self._loop.call_later(left, self._over)
            self._ctx.deadline = self._ctx.now() + left


async def guarded(code: BlockCode | None, work: Callable[[], Awaitable[Any]]) -> Any:
    """What a piece of a block's code gives, as plain data. Raises `LubanError` for all else."""
    try:
        return plain(await work())
    except LubanError:
        raise
    except (Exception, SystemExit) as crash:
        raise crashed(code, crash) from crash


async def probe(code: BlockCode, gate: Gate, ctx: StepContext) -> list[Emission] | bool:
    """What an interrupted step gave, as far as its block can tell.

    `False` if it took no effect, `True` if nobody knows.
    """
    if code.probe is None:
        return True
    try:
        found = await code.probe(gate.enter(ctx.firing.path, ctx.firing.inputs), ctx)
        return False if found is None else gate.leave(code.emissions(found))
    except (Exception, Evicted, SystemExit):
        log.info("the probe of %s cannot tell", code.spec.id, exc_info=True)
        return True


def crashed(code: BlockCode | None, crash: BaseException) -> BlockCrashed:
    """What a block's code raised, with the place it came from."""
    trail = crash.__traceback__
    while trail is not None and trail.tb_next is not None:
        trail = trail.tb_next
    place = "?"
    if trail is not None:
        place = f"{whose.short_name(trail.tb_frame.f_code)}:{trail.tb_lineno}"
    return BlockCrashed(
        block=code.spec.id if code is not None else "?",
        kind=type(crash).__name__,
        cause=str(crash),
        place=place,
    )


def _evicted(crash: BaseException) -> Evicted | None:
    """The eviction, also from within a group of what several tasks of the block raised."""
    if isinstance(crash, Evicted):
        return crash
    if isinstance(crash, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", crash)
        return next((found for each in group.exceptions if (found := _evicted(each))), None)
    return None
