"""What the steps of one run wait for, and whether anything else goes on in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any

from luban.engine.children import Child, StepKey
from luban.engine.context import StepContext
from luban.engine.planner import Planner
from luban.model.run import Wait, WaitKind
from luban.ports.journal import Signal

LINGER = 30.0
"""Seconds a run that only waits may stay in memory; a longer wait leaves it at once."""
PAUSE_LINGER = 0.25
"""The same for a run that is paused: what is still to be heard of it is on its way."""

_KINDS = {
    "sleep": WaitKind.SLEEP,
    "wait_for": WaitKind.SIGNAL,
    "ask": WaitKind.ASK,
    "decide": WaitKind.IN_DOUBT,
    "run_agent": WaitKind.RUN,
}


def open_waits(planner: Planner, now: float) -> list[Wait]:
    """What the steps of a run wait for, told by its journal alone."""
    waits = [
        wait_of(step, key, child)
        for step, key, child in planner.children.open()
        if child.verb in _KINDS
    ]
    for (node, iteration), made in planner.progress.items():
        if made.retry_at > now:
            details: dict[str, Any] = {"attempt": made.attempts + 1}
            waits.append(
                Wait(
                    kind=WaitKind.RETRY,
                    node=node,
                    iteration=iteration,
                    since=made.since or now,
                    until=made.retry_at,
                    details=details,
                )
            )
    return waits


def wait_of(step: StepKey, key: str, child: Child) -> Wait:
    """A child that is not done, as something to wait for."""
    details = {name: value for name, value in child.data.items() if name != "until"}
    return Wait(
        kind=_KINDS[child.verb],
        node=step[0],
        iteration=step[1],
        key=key,
        since=child.since,
        until=child.data.get("until"),
        details=details,
    )


class Operation:
    """One thing that a step's code does or waits for; `below` counts those it consists of."""

    __slots__ = ("below", "parent", "until", "waiting")

    def __init__(self, parent: Operation | None, waiting: bool, until: float | None) -> None:
        self.parent = parent
        self.waiting = waiting
        self.until = until
        self.below = 0


class Activity:
    """One attempt of a step, as far as it waits.

    It is idle when everything it does by verbs waits. What else its code does beside a wait, in a
    task of its own, nobody can see: only a wait in the code's own task is known to be all.
    """

    __slots__ = ("_changed", "_direct", "_operations", "ctx", "quiet_since", "resting")

    def __init__(self, ctx: StepContext, changed: Callable[[Activity], None]) -> None:
        self.ctx = ctx
        self.quiet_since = 0.0
        self.resting = False
        """Whether its place was given up; kept by whoever is told of changes."""
        self._changed = changed
        self._direct = 0
        self._operations: set[Operation] = set()

    @property
    def idle(self) -> bool:
        return bool(self._operations) and all(
            each.waiting for each in self._operations if not each.below
        )

    def asleep(self, now: float, linger: float = LINGER) -> bool:
        """Whether the step could leave its worker and lose nothing that was not recorded."""
        return self.idle and (self._direct > 0 or now - self.quiet_since >= linger)

    @property
    def horizon(self) -> float | None:
        """When the first of its waits is over."""
        ends = [each.until for each in self._operations if each.until is not None]
        return min(ends, default=None)

    @contextmanager
    def doing(
        self, parent: Operation | None, *, waiting: bool = False, until: float | None = None
    ) -> Generator[Operation, None, None]:
        """Something goes on, or is waited for, until the end of the block."""
        operation = Operation(parent, waiting, until)
        direct = waiting and asyncio.current_task() is self.ctx.task
        self._operations.add(operation)
        self._direct += direct
        if parent is not None:
            parent.below += 1
        self._changed(self)
        try:
            yield operation
        finally:
            self._operations.discard(operation)
            self._direct -= direct
            if parent is not None:
                parent.below -= 1
            self._changed(self)


class Arrivals:
    """Signals that came for a run, and the steps that wait for them, first come, first served."""

    __slots__ = (
        "_kept",
        "_wanted",
        "last",
    )

    def __init__(self) -> None:
        self.last = 0
        """The id of the last signal that was seen."""
        self._kept: dict[str, list[Signal]] = {}
        self._wanted: dict[str, list[tuple[asyncio.Future[Any], Operation]]] = {}

    def take(self, key: str) -> Signal | None:
        """A signal that came before anybody waited for it."""
        kept = self._kept.get(key)
        return kept.pop(0) if kept else None

    @contextmanager
    def wanted(self, key: str, operation: Operation) -> Generator[asyncio.Future[Any], None, None]:
        """A future that gets what comes under the key; from then on nothing is waited for."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        queue = self._wanted.setdefault(key, [])
        entry = (future, operation)
        queue.append(entry)
        try:
            yield future
        finally:
            if entry in queue:
                queue.remove(entry)
            if not queue:
                self._wanted.pop(key, None)

    def put_back(self, key: str, signal: Signal) -> None:
        """Whoever was given it was told to stop before it could take it."""
        self._kept.setdefault(key, []).insert(0, signal)

    def waited_for(self, prefix: str) -> list[str]:
        """The keys with this prefix that somebody waits for."""
        return [key for key in self._wanted if key.startswith(prefix)]

    def receive(self, signals: Iterable[Signal], consumed: set[int]) -> None:
        """Gives signals to those who wait, and keeps the others."""
        for signal in signals:
            if signal.id <= self.last:
                continue  # asked for twice at a time
            self.last = signal.id
            if signal.id not in consumed and not self.give(signal.key, signal):
                self._kept.setdefault(signal.key, []).append(signal)

    def give(self, key: str, what: Any) -> bool:
        """Whether somebody waited for it."""
        queue = self._wanted.get(key)
        while queue:
            future, operation = queue.pop(0)
            if not future.done():
                operation.waiting = False
                future.set_result(what)
                return True
        return False
