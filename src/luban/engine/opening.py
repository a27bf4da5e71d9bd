"""A run taken up: its plan, and its state as the journal left it."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from luban.engine.plan import Plan, UnknownBlock, compile_plan
from luban.engine.planner import Planner
from luban.engine.state import Firing
from luban.model.events import from_row
from luban.model.graph import Graph
from luban.model.run import Wait, WaitKind
from luban.ports.journal import ClaimedRun, Journal
from luban.ports.world import GraphSource
from luban.sdk.code import BlockSource

_PLANS = 256


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
        self._plans: OrderedDict[tuple[str, int], Plan] = OrderedDict()

    def forget(self) -> None:
        """Block code was reloaded."""
        self._plans.clear()

    async def open(self, claimed: ClaimedRun, now: float) -> Opened | Wait:
        """The run, or what it must wait for: a block, or a version of one, that is gone.

        Raises `NotFound` when its graph version was deleted.
        """
        try:
            plan = await self._plan(claimed)
        except UnknownBlock as missing:
            return _missing(missing.params["node"], missing.params["block"], None, now)
        planner = Planner(plan, claimed.inputs)
        firings = planner.start()
        if claimed.claims <= 1:
            return Opened(planner, firings, fresh=True)
        after, started = 0, False
        while rows := await self._journal.read(claimed.id, after):
            for row in rows:
                planner.apply(from_row(row.kind, row.node, row.iteration, row.data))
                # What its owner did to it may stand before its start.
                started = started or row.kind == "run_started"
            after = rows[-1].id
        for block, version in planner.blocks.items():
            if plan.versions.get(block, version) != version:
                return _missing("", block, version, now)
        return Opened(planner, planner.in_flight(), fresh=not started)

    async def _plan(self, claimed: ClaimedRun) -> Plan:
        key = (claimed.agent_id, claimed.version)
        plan = self._plans.get(key)
        if plan is None:
            graph: Graph = await self._graphs.load(claimed.owner, claimed.agent_id, claimed.version)
            plan = self._plans[key] = compile_plan(graph, self._blocks)
            if len(self._plans) > _PLANS:
                self._plans.popitem(last=False)
        return plan


def _missing(node: str, block: str, version: int | None, now: float) -> Wait:
    details = {"block": block, "version": version}
    return Wait(kind=WaitKind.BLOCK, node=node, since=now, details=details)
