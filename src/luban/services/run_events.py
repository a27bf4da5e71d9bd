"""The events of a run, followed as they happen: nothing left out, nothing told twice."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, NamedTuple

from luban.model.run import Run, Wait, WaitKind
from luban.model.values import decode
from luban.model.views import moment
from luban.ports.bus import Bus, Listener
from luban.ports.clock import Clock
from luban.ports.journal import Journal, Recorded
from luban.services.live_texts import LiveTexts
from luban.services.runs import Runs, is_over

HEARTBEAT = 15.0
_PATIENCE = 2.0
"""Seconds after which the journal is read unasked: another process may have written to it."""
_EXPECTED = 1000
"""Runs that are listened to before anybody follows them; of more, the oldest are let go."""
_MOMENTS = ("at", "started_at")
_OVER = frozenset({"step_finished", "step_failed"})


class RunEvent(NamedTuple):
    """One event as it is told; `id` is its place in the journal, `None` for what is not kept.

    A `kind` of "" is a heartbeat.
    """

    id: int | None
    kind: str
    values: dict[str, Any]


_HEARTBEAT = RunEvent(None, "", {})


class RunEvents:
    """Journals as readers see them."""

    def __init__(self, runs: Runs, journal: Journal, bus: Bus, clock: Clock) -> None:
        self._runs = runs
        self._journal = journal
        self._bus = bus
        self._clock = clock
        self.texts = LiveTexts()
        self._expected: dict[str, tuple[AbstractAsyncContextManager[Listener], Listener]] = {}

    async def expect(self, run_id: str) -> None:
        """Listens to a run that is about to be started; who follows it first has missed nothing."""
        listening = self._bus.listen(run_id)
        self._expected[run_id] = (listening, await listening.__aenter__())
        if len(self._expected) > _EXPECTED:
            await self.forget(next(iter(self._expected)))

    async def forget(self, run_id: str) -> None:
        """Nobody will follow what was expected."""
        expected = self._expected.pop(run_id, None)
        if expected is not None:
            await expected[0].__aexit__(None, None, None)

    @asynccontextmanager
    async def _listener(self, run_id: str) -> AsyncIterator[Listener]:
        expected = self._expected.pop(run_id, None)
        if expected is None:
            async with self._bus.listen(run_id) as listener:
                yield listener
            return
        try:
            yield expected[1]
        finally:
            await expected[0].__aexit__(None, None, None)

    async def open(self, owner: str, run_id: str, after: int = 0) -> AsyncGenerator[RunEvent]:
        """The events after `after`, to be read at leisure. Raises `NotFound` at once."""
        return self.follow(await self._runs.get(owner, run_id), after)

    async def kept(self, run: Run, after: int = 0) -> list[RunEvent]:
        """What the journal of a run holds by now, at most a thousand events at a time."""
        return [told(run.id, row) for row in await self._journal.read(run.id, after)]

    async def follow(self, run: Run, after: int = 0) -> AsyncGenerator[RunEvent]:
        """Subscribes first and reads then, so that nothing falls between; ends with the run."""
        writers, caught_up = _Writers(), False
        async with self._listener(run.id) as listener:
            spoke = self._clock.monotonic()
            while True:
                while rows := await self._journal.read(run.id, after):
                    for row in rows:
                        writers.note(row)
                        yield told(run.id, row)
                        if row.kind == "run_ended":
                            return
                    after, spoke = rows[-1].id, self._clock.monotonic()
                if await self._is_read_out(run, after):
                    return
                if not caught_up:  # what was written before anybody listened
                    caught_up = True
                    for values in self.texts.so_far(run.id):
                        yield RunEvent(None, "step_delta", _readable(run.id, values))
                async for event in self._news(run.id, listener, writers):
                    spoke = self._clock.monotonic()
                    yield event
                if self._clock.monotonic() - spoke >= HEARTBEAT:
                    spoke = self._clock.monotonic()
                    yield _HEARTBEAT

    async def _is_read_out(self, run: Run, after: int) -> bool:
        """Whether the run is over and its reader knows the whole journal."""
        if not is_over(await self._runs.get(run.owner, run.id)):
            return False
        return not await self._journal.read(run.id, after, 1)

    async def _news(
        self, run_id: str, listener: Listener, writers: _Writers
    ) -> AsyncIterator[RunEvent]:
        """What is said and not kept, until the journal may have grown."""
        began = self._clock.monotonic()
        while heard := await listener.next(_PATIENCE):
            for live in heard:
                if live.kind == "step_delta" and writers.outdated(live.data):
                    continue
                yield RunEvent(None, live.kind, _readable(run_id, live.data))
            if self._clock.monotonic() - began >= _PATIENCE:
                return


class _Writers:
    """Who writes the texts of a run: the last worker that claimed it, in its last attempt."""

    def __init__(self) -> None:
        self._claim = 0
        self._attempts: dict[tuple[str, int], int] = {}

    def outdated(self, piece: dict[str, Any]) -> bool:
        """Whether it comes from a worker that lost the run, or an attempt that is over."""
        claim, attempt = piece.get("claim", self._claim), piece.get("attempt", 0)
        if claim < self._claim:
            return True
        if claim > self._claim:
            self._claim = claim
            self._attempts.clear()
        step = (piece["node"], piece["iteration"])
        if attempt < self._attempts.get(step, 0):
            return True
        self._attempts[step] = attempt
        return False

    def note(self, row: Recorded) -> None:
        if row.kind in _OVER:
            self._attempts.pop((row.node, row.iteration), None)


def told(run_id: str, row: Recorded) -> RunEvent:
    """A row of the journal as readers get it: with its run and node, moments as text."""
    values: dict[str, Any] = decode(row.data)
    if row.node:
        values = {"node": row.node, "iteration": row.iteration, **values}
    if row.kind == "run_paused":
        values["waiting_for"] = [paused_for(values["limit"], values["value"], values["at"])]
    return RunEvent(row.id, row.kind, _readable(run_id, values))


def paused_for(limit: str, value: float, at: float) -> dict[str, Any]:
    """The pause of a run as one of the things it waits for."""
    kind = WaitKind.PAUSE if limit == "pause" else WaitKind.LIMIT
    details = {} if kind is WaitKind.PAUSE else {"limit": limit, "value": value}
    return Wait(kind=kind, since=at, details=details).model_dump()


def _readable(run_id: str, values: dict[str, Any]) -> dict[str, Any]:
    shown = {"run": run_id, **values}
    for name in _MOMENTS:
        if isinstance(shown.get(name), (int, float)):
            shown[name] = moment(shown[name])
    return shown
