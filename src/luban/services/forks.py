"""Runs that begin with what another run recorded: retried, or run again from a node."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from luban.engine.fork import Again, fork
from luban.engine.pinning import as_begun
from luban.engine.plan import compile_plan
from luban.engine.recording import Recording
from luban.model.errors import InvalidValue, LubanError
from luban.model.events import Event
from luban.model.graph import Graph
from luban.model.ids import new_id
from luban.model.run import Run, RunDraft, RunStatus
from luban.ports.clock import Clock
from luban.ports.journal import Journal
from luban.ports.world import GraphSource
from luban.sdk.code import BlockSource
from luban.services.agents import Agents
from luban.services.checking import Checked, Checking
from luban.services.graph_nodes import Tree, find_node, with_constants
from luban.services.run_inputs import judged
from luban.services.runs import NotPublished, Runs, WhichVersion
from luban.services.steps import LONG, events_of
from luban.services.versions import Versions

Begin = Literal["failed", "start"]
StepKey = tuple[str, int]


class NothingFailed(LubanError):
    """Only a run that failed or was cancelled can be taken up where it broke off."""

    code = "nothing_failed"
    status = 409
    en = (
        "The run `{name}` is {state}, so there is nothing that failed. Retry it from its start, or "
        "run it again from a node."
    )
    zh = "运行“{name}”当前为 {state}，没有失败的步骤。请从头重试，或从某个节点重新运行。"


class NotRun(LubanError):
    """A run cannot be done again from a place it never came to."""

    code = "node_not_run"
    status = 422
    en = "The run `{name}` made no step at `{node}`. `luban runs {name}` lists those it made."
    zh = "运行“{name}”没有在“{node}”处执行过步骤。`luban runs {name}` 会列出执行过的步骤。"


class NewFork(NamedTuple):
    """What is to be different: where to begin anew, other inputs, constants, another version.

    `node` is a path (`add`, `each/add`, `each[2]/add`, `agent:3`), `step` one firing of a node.
    Inputs that are left out stay as they were. `constants` are by node and pin.
    """

    node: str | None = None
    step: StepKey | None = None
    inputs: Mapping[str, Any] = {}
    constants: Mapping[str, Mapping[str, Any]] = {}
    version: WhichVersion | None = None


class _Graph(NamedTuple):
    """The graph a fork will run; without a `number` its document is to be frozen first."""

    number: int | None
    document: Tree
    checked: Checked


class Forks:
    """New runs of an owner that reuse what was recorded."""

    def __init__(
        self,
        runs: Runs,
        agents: Agents,
        versions: Versions,
        checking: Checking,
        *,
        journal: Journal,
        graphs: GraphSource,
        blocks: BlockSource,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._agents = agents
        self._versions = versions
        self._checking = checking
        self._journal = journal
        self._graphs = graphs
        self._blocks = blocks
        self._clock = clock

    async def retry(
        self, owner: str, run_id: str, begin: Begin | None = None, *, trigger_key: str | None = None
    ) -> Run:
        """A new run of the same version and inputs, from the failed steps or from the start.

        A failed run begins at its failed steps unless told otherwise, others at the start.
        Raises `NotFound` and `NothingFailed`.
        """
        run = await self._runs.get(owner, run_id)
        if begin is None:
            begin = "failed" if run.status is RunStatus.FAILED else "start"
        if begin == "start":
            return await self._runs.retry(owner, run_id, trigger_key=trigger_key)
        if run.status not in (RunStatus.FAILED, RunStatus.CANCELLED):
            raise NothingFailed(name=run_id, state=run.status.value)
        return await self._make(run, NewFork(), "retry", trigger_key)

    async def fork(
        self, owner: str, run_id: str, wanted: NewFork, *, trigger_key: str | None = None
    ) -> Run:
        """A new run with the results of another that still hold.

        Raises `NotFound`, `NotRun`, `NotPublished`, `AgentHasErrors`, `InvalidInputs` and
        `InvalidValue`.
        """
        run = await self._runs.get(owner, run_id)
        return await self._make(run, wanted, "fork", trigger_key)

    async def _make(self, run: Run, wanted: NewFork, trigger: str, trigger_key: str | None) -> Run:
        target = await self._graph(run, wanted)
        target.checked.require_runnable()
        inputs = await _inputs(run, target.checked, wanted.inputs)
        again = _again(target.checked.graph, wanted)
        source = await self._graphs.load(run.owner, run.agent_id, run.version)
        events = await events_of(self._journal, run.id)
        arguments = (run, wanted, source, events, target.checked.graph, inputs, again)
        if len(events) < LONG:
            begun = self._begun(*arguments)
        else:
            begun = await asyncio.to_thread(self._begun, *arguments)
        number = target.number
        if number is None:
            frozen = await self._versions.freeze(run.owner, run.agent_id, target.document)
            number = frozen.version
        settings = target.checked.graph.settings
        draft = RunDraft(
            id=new_id("r"),
            owner=run.owner,
            agent_id=run.agent_id,
            version=number,
            inputs=inputs,
            trigger=trigger,
            trigger_key=trigger_key,
            depth=run.depth,
            priority=settings.priority,
            at_once=settings.runs_at_once,
            forked_from=run.id,
            options=run.options,
            created_at=self._clock.now(),
        )
        return await self._runs.queue(draft, begun)

    def _begun(
        self,
        run: Run,
        wanted: NewFork,
        source: Graph,
        events: list[Event],
        target: Graph,
        inputs: dict[str, Any],
        again: Again,
    ) -> list[Event]:
        """The events the new run begins with. Raises `UnknownBlock` and `NotRun`."""
        begun = as_begun(self._blocks, events)
        recording = Recording(compile_plan(source, begun), run.inputs, events)
        _must_have_run(run, wanted, recording, again)
        plan = compile_plan(target, self._blocks)
        return fork(recording, plan, inputs, again, self._clock.now()).events

    async def _graph(self, run: Run, wanted: NewFork) -> _Graph:
        number, document = await self._document(run, wanted.version)
        checked = self._checking.document(document)
        if wanted.constants:
            for path in wanted.constants:
                find_node(checked.graph, path)
            document, number = with_constants(document, wanted.constants), None
            checked = self._checking.document(document)
        return _Graph(number, document, checked)

    async def _document(self, run: Run, version: WhichVersion | None) -> tuple[int | None, Tree]:
        number = run.version if version is None else version
        if not isinstance(number, int):
            agent = await self._agents.get(run.owner, run.agent_id)
            if number == "draft":
                return None, agent.document
            if agent.published_version is None:
                raise NotPublished(name=agent.name)
            number = agent.published_version
        frozen = await self._versions.get(run.owner, run.agent_id, number)
        return number, frozen.document


async def _inputs(run: Run, checked: Checked, given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of then, as far as they are still asked for, and those given now."""
    asked = {each.name for each in checked.inputs}
    kept = {name: value for name, value in run.inputs.items() if name in asked - given.keys()}
    taken = await judged(checked.inputs, {**kept, **given})
    return {**taken, **kept}


def _again(graph: Graph, wanted: NewFork) -> Again:
    if wanted.node is not None and wanted.step is not None:
        raise InvalidValue(
            name="from_step",
            value=wanted.step[0],
            expected="a run is done again from a node or from a step, not from both",
            expected_zh="只能从一个节点或一个步骤重新运行，不能同时指定两者",
        )
    if wanted.node is not None:
        find_node(graph, wanted.node)
        return Again(paths=frozenset({wanted.node}))
    if wanted.step is not None:
        find_node(graph, wanted.step[0])
        return Again(steps=frozenset({wanted.step}))
    return Again()


def _must_have_run(run: Run, wanted: NewFork, recording: Recording, again: Again) -> None:
    if wanted.node is None and wanted.step is None:
        return
    steps = recording.steps.items()
    if not any(again.has(key) or again.cut(step) is not None for key, step in steps):
        node, iteration = (wanted.node, 0) if wanted.step is None else wanted.step
        raise NotRun(name=run.id, node=f"{node} #{iteration + 1}" if iteration else node)
