"""Runs looked at across time: as one stood at an event, and two side by side."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from luban.engine import history
from luban.engine.comparison import Comparison, compare
from luban.engine.history import StepRecord
from luban.engine.state_view import RunState, state_after
from luban.model.run import Run
from luban.ports.journal import Journal
from luban.ports.world import GraphSource
from luban.sdk.code import BlockSource
from luban.services.runs import Runs
from luban.services.steps import LONG, events_of


class Compared(NamedTuple):
    """Two runs, and the steps in which they differ."""

    first: Run
    second: Run
    comparison: Comparison


class RunStates:
    """What the journals of an owner's runs tell of any moment."""

    def __init__(
        self, runs: Runs, journal: Journal, graphs: GraphSource, blocks: BlockSource
    ) -> None:
        self._runs = runs
        self._journal = journal
        self._graphs = graphs
        self._blocks = blocks

    async def at(self, owner: str, run_id: str, event: int | None = None) -> RunState:
        """A run as it stood right after an event, by its id; without one, as it stands now.

        Raises `NotFound`.
        """
        run = await self._runs.get(owner, run_id)
        graph = await self._graphs.load(owner, run.agent_id, run.version)
        events = await events_of(self._journal, run_id, event)
        arguments = (graph, self._blocks, run.inputs, events)
        if len(events) < LONG:
            return state_after(*arguments)
        return await asyncio.to_thread(state_after, *arguments)

    async def compare(self, owner: str, first_id: str, second_id: str) -> Compared:
        """Raises `NotFound`."""
        first = await self._runs.get(owner, first_id)
        second = await self._runs.get(owner, second_id)
        one, other = await self._steps(first), await self._steps(second)
        if len(one) + len(other) < LONG:
            return Compared(first, second, compare(one, other))
        return Compared(first, second, await asyncio.to_thread(compare, one, other))

    async def _steps(self, run: Run) -> list[StepRecord]:
        graph = await self._graphs.load(run.owner, run.agent_id, run.version)
        events = await events_of(self._journal, run.id)
        arguments = (graph, self._blocks, run.inputs, events)
        if len(events) < LONG:
            return history.steps(*arguments)
        return await asyncio.to_thread(history.steps, *arguments)
