"""The steps of a run: what each took, what each gave, read back from its journal."""

from __future__ import annotations

import asyncio

from luban.engine import history
from luban.engine.history import StepRecord, StepStatus
from luban.engine.step_paths import bare, is_of
from luban.model.events import Event, from_row
from luban.ports.clock import Clock
from luban.ports.journal import Journal
from luban.ports.stores import Page, Slice
from luban.ports.world import GraphSource
from luban.sdk.code import BlockSource
from luban.services.runs import Runs

LONG = 500
"""Events from which on reading them back would hold up other requests."""


class Steps:
    """Steps of an owner's runs."""

    def __init__(
        self,
        runs: Runs,
        journal: Journal,
        graphs: GraphSource,
        blocks: BlockSource,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._journal = journal
        self._graphs = graphs
        self._blocks = blocks
        self._clock = clock

    async def list(
        self,
        owner: str,
        run_id: str,
        part: Slice,
        *,
        node: str | None = None,
        status: StepStatus | None = None,
    ) -> Page[StepRecord]:
        """In the order they were decided; those of a `node` with what they asked for.

        Raises `NotFound`.
        """
        run = await self._runs.get(owner, run_id)
        graph = await self._graphs.load(owner, run.agent_id, run.version)
        events = await events_of(self._journal, run_id)
        arguments = (graph, self._blocks, run.inputs, events, self._clock.now())
        if len(events) < LONG:
            found = history.steps(*arguments)
        else:
            found = await asyncio.to_thread(history.steps, *arguments)
        if node is not None:
            found = [step for step in found if is_of(step.node, node) or _uses(step, node)]
        if status is not None:
            found = [step for step in found if step.status == status]
        return Page(found[part.offset : part.offset + part.page_size], len(found))


def _uses(step: StepRecord, node: str) -> bool:
    """Whether the step is one in which another used this node as a tool."""
    return step.verb == "use" and node in (step.name, bare(step.name))


async def events_of(journal: Journal, run_id: str, until: int | None = None) -> list[Event]:
    """The events of a run, up to the one with the id `until` where that is given."""
    events: list[Event] = []
    after = 0
    while rows := await journal.read(run_id, after):
        for row in rows:
            if until is not None and row.id > until:
                return events
            events.append(from_row(row.kind, row.node, row.iteration, row.data))
        after = rows[-1].id
    return events
