"""The steps of a run: what each took, what each gave, read back from its journal."""

from __future__ import annotations

import asyncio

from luban.engine import history
from luban.engine.history import StepRecord
from luban.model.events import Event, from_row
from luban.ports.journal import Journal
from luban.ports.stores import Page, Slice
from luban.ports.world import GraphSource
from luban.sdk.code import BlockSource
from luban.services.runs import Runs

_LONG = 500
"""Events from which on reading them back would hold up other requests."""


class Steps:
    """Steps of an owner's runs."""

    def __init__(
        self, runs: Runs, journal: Journal, graphs: GraphSource, blocks: BlockSource
    ) -> None:
        self._runs = runs
        self._journal = journal
        self._graphs = graphs
        self._blocks = blocks

    async def list(
        self, owner: str, run_id: str, part: Slice, *, node: str | None = None
    ) -> Page[StepRecord]:
        """In the order they were decided. Raises `NotFound`."""
        run = await self._runs.get(owner, run_id)
        graph = await self._graphs.load(owner, run.agent_id, run.version)
        events = await self._events(run_id)
        arguments = (graph, self._blocks, run.inputs, events)
        if len(events) < _LONG:
            found = history.steps(*arguments)
        else:
            found = await asyncio.to_thread(history.steps, *arguments)
        if node is not None:
            found = [step for step in found if step.node == node]
        return Page(found[part.offset : part.offset + part.page_size], len(found))

    async def _events(self, run_id: str) -> list[Event]:
        events: list[Event] = []
        after = 0
        while rows := await self._journal.read(run_id, after):
            events += [from_row(row.kind, row.node, row.iteration, row.data) for row in rows]
            after = rows[-1].id
        return events
