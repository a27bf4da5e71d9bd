"""Threads for synchronous blocks: those that hang do not keep the others waiting."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from luban.model.errors import LubanError


class ThreadsExhausted(LubanError):
    """Too many threads hang in synchronous blocks that nobody waits for any longer."""

    code = "threads_exhausted"
    status = 503
    retryable = True
    en = (
        "{count} threads of this worker hang in blocks that were given up and never returned: "
        "{blocks}. Give what they wait for a time limit, and restart the worker."
    )
    zh = (
        "该工作进程有 {count} 个线程卡在已放弃却从未返回的模块中：{blocks}。"
        "请为它们等待的操作设置时限，并重启工作进程。"
    )


class Holder(NamedTuple):
    """For which step a thread works."""

    block: str
    node: str
    run: str


class Threads:
    """Runs functions in daemon threads, up to `most` at a time; the others wait for their turn.

    A function that is given up while it runs keeps its thread, but no longer its place. Once
    `most_lost` threads are held like that, nothing further is begun. `on_lost` and `on_returned`
    are told of such functions, from any thread.
    """

    def __init__(
        self,
        most: int = 64,
        most_lost: int = 256,
        *,
        on_lost: Callable[[Holder], None] = lambda holder: None,
        on_returned: Callable[[Holder], None] = lambda holder: None,
    ) -> None:
        self._most = most
        self._most_lost = most_lost
        self._on_lost = on_lost
        self._on_returned = on_returned
        self._lock = threading.Lock()
        self._calls: SimpleQueue[_Call] = SimpleQueue()
        self._threads = 0
        self._unclaimed = 0
        """Threads that wait, less the functions put for them."""
        self._lost: Counter[Holder] = Counter()

    @property
    def lost(self) -> list[Holder]:
        """The steps whose functions were given up and go on."""
        with self._lock:
            return list(self._lost.elements())

    async def run(self, holder: Holder, work: Callable[[], Any]) -> Any:
        """What the function returns or raises. Raises `ThreadsExhausted`."""
        call = _Call(holder, work, asyncio.get_running_loop())
        self._begin(call)
        try:
            return await call.future
        except asyncio.CancelledError:
            self._give_up(call)
            raise

    def _begin(self, call: _Call) -> None:
        with self._lock:
            if self._lost.total() >= self._most_lost:
                raise self._exhausted()
            self._unclaimed -= 1
            if grow := self._unclaimed < 0 and self._threads < self._most:
                self._threads += 1
                self._unclaimed += 1
        self._calls.put(call)
        if grow:
            self._new_thread()

    def _new_thread(self) -> None:
        threading.Thread(target=self._work, name="luban-block", daemon=True).start()

    def _give_up(self, call: _Call) -> None:
        with self._lock:
            if call.done or call.given_up:
                return
            call.given_up = True
            if not call.begun:
                return  # the thread that takes it will drop it
            self._lost[call.holder] += 1
            if self._lost.total() >= self._most_lost:
                self._refuse_waiting()
            replace = self._unclaimed < 0
            if replace:
                self._unclaimed += 1
            else:
                self._threads -= 1
        if replace:
            self._new_thread()
        self._on_lost(call.holder)

    def _refuse_waiting(self) -> None:
        """No thread would come for those that wait for their turn."""
        with suppress(Empty):
            while True:
                call = self._calls.get_nowait()
                self._unclaimed += 1
                call.done = True
                call.tell(None, self._exhausted())

    def _exhausted(self) -> ThreadsExhausted:
        held = Counter(holder.block for holder in self._lost.elements())
        blocks = ", ".join(f"{block} ({n})" for block, n in held.most_common(5))
        return ThreadsExhausted(count=held.total(), blocks=blocks)

    def _work(self) -> None:
        while True:
            call = self._calls.get()
            with self._lock:
                call.begun = wanted = not call.given_up
            if wanted:
                call.perform()
            with self._lock:
                call.done = True
                if lost := call.begun and call.given_up:
                    self._lost[call.holder] -= 1
                    self._lost += Counter()  # drops those that are nought
                else:
                    self._unclaimed += 1
            if lost:
                self._on_returned(call.holder)
                return
            del call  # its result must not live until the next one comes


class _Call:
    """A function, and the future that gets what comes of it."""

    __slots__ = ("begun", "done", "future", "given_up", "holder", "loop", "work")

    def __init__(
        self, holder: Holder, work: Callable[[], Any], loop: asyncio.AbstractEventLoop
    ) -> None:
        self.holder = holder
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.begun = self.done = self.given_up = False

    def perform(self) -> None:
        result, error = None, None
        try:
            result = self.work()
        except BaseException as raised:  # noqa: BLE001 - whatever it is, it is the caller's
            error = raised
        self.tell(result, error)

    def tell(self, result: Any, error: BaseException | None) -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile
            self.loop.call_soon_threadsafe(self._tell, result, error)

    def _tell(self, result: Any, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        elif isinstance(error, StopIteration):  # no future can hold one
            self.future.set_exception(RuntimeError(f"StopIteration: {error}"))
        else:
            self.future.set_exception(error)
