"""One attempt of a block that misbehaves: stopped or left behind, and named."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from luban.engine.attempt import BlockCrashed, BlocksTheLoop, TimedOut, attempt
from luban.engine.bounds import Bounds, OutputTooLarge, TooManyEmissions
from luban.engine.context import RunScope, StepContext
from luban.engine.guard import Guard
from luban.engine.inputs import Gate
from luban.engine.state import Firing
from luban.engine.threads import ThreadsExhausted
from luban.engine.watch import LoopWatch
from luban.ports.clock import SystemClock
from luban.sdk import Context, Emit, block
from luban.sdk.block import Block, BlockInput, BlockOutput, compile_block

SOON = Bounds(grace_seconds=0.05)


class Host:
    """What the run loop is to a block: keeps what it sends."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def emit(self, ctx: StepContext, pin: str, value: Any) -> None:
        self.sent.append(value)
        await asyncio.sleep(0)

    @property
    def hidden(self) -> None:
        return None

    def hide(self, values: Any, done: Any) -> None:
        raise AssertionError

    @property
    def calling(self) -> Any:
        raise AssertionError

    def verbs(self, ctx: StepContext) -> Any:
        raise AssertionError


class Attempts:
    """Makes attempts of blocks outside of any run."""

    def __init__(self, bounds: Bounds = SOON) -> None:
        self.guard = Guard(bounds)
        self.host = Host()

    async def __call__(self, declared: Any, timeout: float | None = None) -> list[Any]:
        code = compile_block(declared)
        node = cast("Any", _Node(code))
        firing = Firing(cast("Any", None), node, "here", 0, {})
        scope = cast("RunScope", _Scope())
        ctx = StepContext(scope, firing, 1, self.host, asyncio.current_task())
        return await attempt(code, Gate(code), ctx, timeout, self.guard)

    @property
    def seen(self) -> list[tuple[str, str | None, str | None, bool]]:
        found = self.guard.findings.list()
        return [(each.code, each.node, each.block, each.over) for each in found]


class _Node:
    def __init__(self, code: Any) -> None:
        self.code = code


class _Scope:
    run_id = "r_1"
    clock = SystemClock()


async def until(happens: Callable[[], bool]) -> None:
    while True:
        if happens():
            return
        await asyncio.sleep(0.001)


@contextmanager
def watched(attempts: Attempts, limit: float = 0.2) -> Iterator[LoopWatch]:
    watch = LoopWatch(limit, attempts.guard.findings, beat=0.05)
    assert watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def _for_ever() -> None:
    while True:
        pass


def _swallowing() -> None:
    while True:
        try:
            time.sleep(10)
        except Exception:  # noqa: BLE001 - as some blocks do
            continue


def _reading() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.recv(1)


HOLDS: dict[str, Callable[[], Any]] = {
    "an endless loop": _for_ever,
    "one that swallows every exception": _swallowing,
    "a sleep": lambda: time.sleep(1e6),
    "a socket": _reading,
    "a pattern": lambda: re.match(r"(a+)+$", "a" * 60 + "b"),
}


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """Runs a coroutine to its end, as a server process does."""
    uvloop = pytest.importorskip("uvloop") if request.param == "uvloop" else None

    def inside(work: Any) -> Any:
        factory = uvloop.new_event_loop if uvloop else None
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(work)

    return inside


@pytest.mark.parametrize("how", HOLDS)
def test_a_block_that_holds_the_loop_is_thrown_out(how: str, run: Callable[[Any], Any]):
    attempts = Attempts()

    @block(id="holds")
    async def holds() -> None:
        HOLDS[how]()

    async def all_of_it() -> Any:
        with watched(attempts):
            with pytest.raises(BlocksTheLoop) as caught:
                await attempts(holds)
            assert await attempts(fine) == [("result", 1)]  # the others go on
            return caught.value

    error = run(all_of_it())
    assert (error.params["block"], error.params["node"]) == ("holds", "here")
    assert "def" in str(error) and "await" in str(error) and "线程" in error.message_zh
    assert attempts.seen[-1][:3] == ("holds_the_loop", "here", "holds")
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


@block(id="fine")
async def fine() -> int:
    return 1


async def test_a_task_that_a_block_made_is_the_blocks():
    attempts = Attempts()

    @block(id="gathers")
    async def gathers() -> None:
        async def inside() -> None:
            _for_ever()

        async with asyncio.TaskGroup() as group:
            group.create_task(inside())

    with watched(attempts), pytest.raises(BlocksTheLoop) as caught:
        await attempts(gathers)
    assert caught.value.params["block"] == "gathers"


async def test_a_block_that_goes_on_in_time_is_only_noted():
    attempts = Attempts()

    @block(id="slow")
    async def slow() -> str:
        time.sleep(0.3)  # noqa: ASYNC251 - what is watched for
        return "done"

    with watched(attempts, limit=60):
        assert await attempts(slow) == [("result", "done")]
        await asyncio.sleep(0.06)  # the alarm is wound up again
    assert attempts.seen == [("holds_the_loop", "here", "slow", True)]


async def test_what_is_no_block_is_named_and_never_interrupted():
    attempts = Attempts()
    with watched(attempts, limit=0.1):
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            pass
    ((code, node, named, _),) = attempts.seen
    assert (code, node, named) == ("loop_was_busy", None, None)
    assert "test_watch_blocks.py" in attempts.guard.findings.list()[0].message


async def test_many_short_blocks_are_no_long_one():
    """Each turn of the loop is long, but none of the blocks is."""
    attempts = Attempts()

    @block(id="short")
    async def short() -> None:
        time.sleep(0.02)  # noqa: ASYNC251

    with watched(attempts, limit=0.1):
        await asyncio.gather(*(attempts(short) for _ in range(30)))


async def test_the_engines_own_code_is_not_interrupted():
    """A block that waits while the run loop does something long is not the one to blame."""
    attempts = Attempts()

    @block(id="sends")
    async def sends(ctx: Context) -> None:
        await ctx.emit("result", 1)

    class Slow(Host):
        async def emit(self, ctx: StepContext, pin: str, value: Any) -> None:
            exec(LONG, {"__name__": "luban.engine.planner"})

    attempts.host = Slow()
    with watched(attempts, limit=0.1):
        await attempts(sends)


LONG = "import time\nend = time.monotonic() + 0.5\nwhile time.monotonic() < end: pass"


async def test_somebody_elses_alarm_is_left_alone():
    attempts, before = Attempts(), signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, lambda *_: None)
    theirs = signal.getsignal(signal.SIGALRM)
    try:
        watch = LoopWatch(1, attempts.guard.findings)
        assert not watch.start()
        watch.stop()
        assert signal.getsignal(signal.SIGALRM) is theirs
    finally:
        signal.signal(signal.SIGALRM, before)


async def test_it_is_off_beside_the_main_thread():
    async def start() -> bool:
        return LoopWatch(1, Attempts().guard.findings).start()

    assert not await asyncio.to_thread(lambda: asyncio.run(start()))


# -- time limits, cancellation ------------------------------------------------------------------


async def test_a_block_that_swallows_its_time_limit_is_left_behind():
    attempts, let_go = Attempts(), asyncio.Event()

    @block(id="stubborn")
    async def stubborn(ctx: Context) -> None:
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue
        await ctx.emit("result", "too late")

    with pytest.raises(TimedOut):
        await attempts(stubborn, timeout=0.05)
    assert attempts.guard.endings.lost == 1
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert attempts.seen == [("would_not_stop", "here", "stubborn", False)]
    let_go.set()
    await until(lambda: not attempts.guard.endings.lost)
    assert attempts.host.sent == []
    assert attempts.seen == [("would_not_stop", "here", "stubborn", True)]


async def test_a_block_that_breaks_in_its_cleanup_still_timed_out():
    attempts = Attempts()

    @block(id="untidy")
    async def untidy() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("in cleanup")

    with pytest.raises(TimedOut) as caught:
        await attempts(untidy, timeout=0.05)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert attempts.seen == []


async def test_a_step_that_is_given_up_lets_its_block_clean_up():
    attempts, begun, cleaned = Attempts(), asyncio.Event(), asyncio.Event()

    @block(id="tidy")
    async def tidy() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    task = asyncio.create_task(attempts(tidy, timeout=60))
    await begun.wait()
    assert await attempts.guard.end_tasks([task]) == set()
    assert task.cancelled() and cleaned.is_set()


async def test_tasks_that_do_not_end_are_told_and_named():
    attempts, begun, let_go = Attempts(), asyncio.Event(), asyncio.Event()

    @block(id="deaf")
    async def deaf() -> None:
        begun.set()
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue
        raise ValueError("nobody is told of this")

    task = asyncio.create_task(attempts(deaf))
    await begun.wait()
    assert await attempts.guard.end_tasks([task], more=0) == {task}
    assert attempts.seen == [("would_not_stop", "here", "deaf", False)]
    let_go.set()
    await until(lambda: not attempts.guard.endings.lost)


@pytest.mark.parametrize("raised", [SystemExit(3), asyncio.CancelledError()])
async def test_what_would_end_more_than_the_step_is_a_crash(raised: BaseException):
    @block(id="exits")
    async def exits() -> None:
        raise raised

    for timeout in (None, 60):
        with pytest.raises(BlockCrashed) as caught:
            await Attempts()(exits, timeout)
        assert caught.value.params["kind"] == type(raised).__name__


async def test_a_block_that_raises_a_time_out_of_its_own_did_not_run_out_of_time():
    @block(id="times_out")
    async def times_out() -> None:
        raise TimeoutError("mine")

    with pytest.raises(BlockCrashed):
        await Attempts()(times_out, timeout=60)


# -- threads ------------------------------------------------------------------------------------


def sync_block(gate: threading.Event, begun: threading.Event | None = None) -> Any:
    @block(id="hangs")
    def hangs() -> str:
        if begun is not None:
            begun.set()
        gate.wait()
        return "done"

    return hangs


async def test_threads_that_hang_do_not_keep_others_waiting():
    attempts, gate = Attempts(Bounds(threads=2, lost_threads=6)), threading.Event()
    hangs = sync_block(gate)
    for _ in range(3):  # more than there are threads, in two turns
        late = [attempts(hangs, timeout=0.05) for _ in range(2)]
        results = await asyncio.gather(*late, return_exceptions=True)
        assert all(isinstance(each, TimedOut) for each in results)
    assert len(attempts.guard.threads.lost) == 6
    with pytest.raises(ThreadsExhausted) as caught:
        await attempts(hangs, timeout=60)
    assert caught.value.params == {"count": 6, "blocks": "hangs (6)"}
    assert attempts.seen == [("thread_goes_on", "here", "hangs", False)]
    gate.set()
    await until(lambda: not attempts.guard.threads.lost)
    assert await attempts(hangs, timeout=60) == [("result", "done")]


async def test_those_that_wait_for_a_thread_are_told_that_none_will_come():
    attempts, gate = Attempts(Bounds(threads=1, lost_threads=1)), threading.Event()
    begun = threading.Event()
    hangs = sync_block(gate, begun)
    first = asyncio.create_task(attempts(hangs))
    await until(begun.is_set)
    second = asyncio.create_task(attempts(hangs))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(ThreadsExhausted):
        await second
    gate.set()


async def test_a_thread_serves_one_after_the_other():
    attempts = Attempts(Bounds(threads=2))

    @block(id="who")
    def who() -> str:
        return threading.current_thread().name

    results = await asyncio.gather(*(attempts(who) for _ in range(50)))
    assert results == [[("result", "luban-block")]] * 50
    assert attempts.guard.threads.lost == []


async def test_what_a_thread_raises_is_the_blocks_mistake():
    @block(id="exits_in_thread")
    def exits() -> None:
        sys.exit(3)

    with pytest.raises(BlockCrashed):
        await Attempts()(exits)


# -- output -------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["x" * 200_000, ["x" * 100] * 2000, {"a": ["x" * 200_000]}])
async def test_too_large_an_output_is_refused_with_its_pin_and_size(value: Any):
    attempts = Attempts(Bounds(output_bytes=100_000))

    @block(id="large")
    async def large() -> Any:
        return value

    with pytest.raises(OutputTooLarge) as caught:
        await attempts(large)
    said = str(caught.value)
    assert "`here`" in said and "`result`" in said and "0.2 MiB" in said
    assert await Attempts(Bounds(output_bytes=300_000))(large) == [("result", value)]


class Numbers(Block):
    """Sends numbers without end."""

    id = "numbers"

    class Input(BlockInput):
        pass

    class Output(BlockOutput):
        item: int = Emit("One after the other.")

    async def run(self, input: Input) -> AsyncIterator[tuple[str, int]]:
        number = 0
        while True:
            yield "item", (number := number + 1)


async def test_too_many_emissions_end_a_stream():
    attempts = Attempts(Bounds(emissions=100))
    with pytest.raises(TooManyEmissions):
        await attempts(Numbers)
    assert len(attempts.host.sent) == 100


async def test_too_many_emissions_end_a_generator_in_a_thread():
    @block(id="endless")
    def endless() -> Any:
        while True:
            yield 1

    with pytest.raises(TooManyEmissions):
        await Attempts(Bounds(emissions=100))(endless)
