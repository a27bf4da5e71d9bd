"""What does not get on: what watchdogs saw in this process, and what stands still in the store."""

from __future__ import annotations

from luban.engine.findings import Sighting
from luban.engine.guard import Guard
from luban.engine.stuck import RunFacts, stuck
from luban.model.run import Run, RunStatus
from luban.ports.clock import Clock
from luban.ports.stores import RunStore, Slice

_LOOKED_AT = Slice(1, 200)
_OPEN = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING)


class Findings:
    """Those that concern an owner's runs, or the whole process."""

    def __init__(self, runs: RunStore, guard: Guard, clock: Clock) -> None:
        self._runs = runs
        self._guard = guard
        self._clock = clock

    async def list(self, owner: str) -> list[Sighting]:
        """What stands still first, then what was seen, the newest first."""
        open_runs = [
            run
            for status in _OPEN
            for run in (await self._runs.list(owner, _LOOKED_AT, status=status)).items
        ]
        mine = {run.id: True for run in open_runs}
        steps = [step for step in self._guard.steps() if step.run in mine]
        facts = [_facts(run) for run in open_runs]
        found = stuck(facts, steps, self._guard.worker(), self._clock.now())
        for sighting in self._guard.findings.list():
            run = sighting.run
            if run is not None and run not in mine:
                mine[run] = await self._runs.find(owner, run) is not None
            if run is None or mine[run]:
                found.append(sighting)
        return found

    def count(self) -> int:
        """How many things watchdogs see just now in this process, of whomever."""
        return sum(not sighting.over for sighting in self._guard.findings.list())


def _facts(run: Run) -> RunFacts:
    since = run.created_at if run.status is RunStatus.QUEUED else run.started_at or run.created_at
    return RunFacts(run.id, run.status, since, run.waiting_for)
