"""A run taken up: its plan, and its state as the journal left it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from luban.engine.fitting import newest_of
from luban.engine.pinning import PinnedBlocks, began_with, keeps
from luban.engine.plan import Plan, UnknownBlock, compile_plan
from luban.engine.planner import Planner
from luban.engine.state import Firing
from luban.model.block_reference import read_reference
from luban.model.events import from_row
from luban.model.graph import Graph
from luban.model.run import Wait, WaitKind
from luban.ports.journal import ClaimedRun, Journal, Recorded
from luban.ports.world import GraphSource
from luban.sdk.code import BlockSource

_PLANS = 256

_Key = tuple[str, int, tuple[tuple[str, int], ...]]
"""An agent, a version of its graph, and the versions of blocks that are not the newest."""


class Opened(NamedTuple):
    """A run ready to go on: its state, the steps to begin with, whether it is new."""

    planner: Planner
    firings: list[Firing]
    fresh: bool


class Opening:
    """Opens runs, and remembers the plans of the versions used lately."""

    def __init__(self, journal: Journal, graphs: GraphSource, blocks: BlockSource) -> None:
        self._journal = journal
        self._graphs = graphs
        self._blocks = blocks
        self._plans: OrderedDict[_Key, Plan] = OrderedDict()

    def forget(self) -> None:
        """Block code was reloaded."""
        self._plans.clear()

    async def open(self, claimed: ClaimedRun, now: float) -> Opened | Wait:
        """The run, or what it must wait for: a block, or a version of one, that is gone.

        A run that has begun gets the versions it began with, and no others. Raises `NotFound` when
        its graph version was deleted.
        """
        rows = [] if claimed.claims <= 1 else await self._journal.read(claimed.id, 0)
        pins = _pins(rows)
        try:
            plan = await self._plan(claimed, pins)
        except UnknownBlock as missing:
            return _missing(missing, pins, self._blocks, now)
        planner = Planner(plan, claimed.inputs)
        firings = planner.start()
        if claimed.claims <= 1:
            return Opened(planner, firings, fresh=True)
        started = False
        while rows:
            for row in rows:
                planner.apply(from_row(row.kind, row.node, row.iteration, row.data))
                # What its owner did to it may stand before its start.
                started = started or row.kind == "run_started"
            rows = await self._journal.read(claimed.id, rows[-1].id)
        return Opened(planner, planner.in_flight(), fresh=not started)

    async def _plan(self, claimed: ClaimedRun, pins: dict[str, int]) -> Plan:
        place = (claimed.agent_id, claimed.version)
        plan = self._plans.get((*place, ()))
        if plan is not None and keeps(plan, pins):
            return plan
        graph: Graph = await self._graphs.load(claimed.owner, claimed.agent_id, claimed.version)
        if plan is None:
            try:
                plan = self._keep((*place, ()), compile_plan(graph, self._blocks))
                if keeps(plan, pins):
                    return plan
            except UnknownBlock:
                if not pins:
                    raise
        key = (*place, tuple(sorted(pins.items())))
        plan = self._plans.get(key)
        return plan or self._keep(key, compile_plan(graph, PinnedBlocks(self._blocks, pins)))

    def _keep(self, key: _Key, plan: Plan) -> Plan:
        self._plans[key] = plan
        if len(self._plans) > _PLANS:
            self._plans.popitem(last=False)
        return plan


def _pins(rows: Sequence[Recorded]) -> dict[str, int]:
    """The versions a run began with: its start is on the first page of its journal."""
    started = (row for row in rows if row.kind == "run_started")
    return began_with(from_row(row.kind, row.node, row.iteration, row.data) for row in started)


def _missing(missing: UnknownBlock, pins: dict[str, int], blocks: BlockSource, now: float) -> Wait:
    """What a run waits for; `installed` is the version there is instead."""
    reference = missing.params["block"]
    block = read_reference(reference).block
    details = {
        "block": block,
        "version": PinnedBlocks(blocks, pins).wanted(reference),
        "installed": newest_of(block, blocks),
    }
    return Wait(kind=WaitKind.BLOCK, node=missing.params["node"], since=now, details=details)
