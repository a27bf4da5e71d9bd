"""How a run stood at one of its events: its nodes, the values on its pins, what it waited for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from luban.engine.ceilings import Ceilings
from luban.engine.history import History, ObservedPlanner, StepRecord
from luban.engine.inputs import Lacking
from luban.engine.pinning import as_begun
from luban.engine.plan import Plan
from luban.engine.state import Frame
from luban.engine.step_paths import bare, node_of
from luban.model.errors import show
from luban.model.events import (
    Event,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    RunWaiting,
    RunWoken,
)
from luban.model.graph import Graph
from luban.model.paths import format_path
from luban.model.run import RunStatus, Wait, WaitKind
from luban.model.spending import known_usd
from luban.model.values import encode
from luban.sdk.code import BlockSource

NodeStatus = Literal["idle", "running", "waiting", "completed", "failed", "cancelled", "skipped"]

_SHOWN_VALUES = 3
_SHOWN_BYTES = 4_000
_LAST_STEPS = 50
_STATUS_AFTER: dict[type[Any], RunStatus] = {
    RunStarted: RunStatus.RUNNING,
    RunPaused: RunStatus.WAITING,
    RunWaiting: RunStatus.WAITING,
    RunResumed: RunStatus.RUNNING,
    RunWoken: RunStatus.RUNNING,
}


@dataclass(slots=True)
class NodeState:
    """A node, as a path without rounds, and how many of its steps stood how.

    `skipped` nodes can fire no more and never did.
    """

    node: str
    status: NodeStatus = "idle"
    running: int = 0
    waiting: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(slots=True)
class HeldValues:
    """Values on a pin that no step has taken: how many, the first of them, and the kept one.

    Long values are told as shortened text. `closed` pins will get no more.
    """

    node: str
    pin: str
    count: int
    values: list[Any]
    kept: bool
    kept_value: Any
    closed: bool


@dataclass(slots=True)
class Spent:
    """What the run had taken, and what it may take."""

    steps: int = 0
    tokens: int = 0
    usd: float | None = 0.0
    unpriced: int = 0
    seconds: float = 0.0
    limits: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(slots=True)
class RunState:
    """A run after `events` of its events, the last of which happened at `at`."""

    events: int
    at: float | None
    status: RunStatus
    outputs: dict[str, Any]
    nodes: list[NodeState]
    held: list[HeldValues]
    waiting_for: list[Wait]
    steps: int
    last_steps: list[StepRecord]
    spent: Spent


def state_after(
    graph: Graph, blocks: BlockSource, inputs: dict[str, Any], events: Iterable[Event]
) -> RunState:
    """The state of a run after some of its events.

    Of a run with a block that is no longer installed it has only what the steps tell.
    """
    events = list(events)
    history = History(graph, as_begun(blocks, events), inputs)
    count, at, status = 0, None, RunStatus.QUEUED
    outputs: dict[str, Any] | None = None
    stopped: Wait | None = None
    for event in events:
        history.take(event)
        count += 1
        at = moment_of(event) or at
        status = _STATUS_AFTER.get(type(event), status)
        if isinstance(event, RunPaused):
            stopped = _stop(event)
        elif isinstance(event, RunResumed):
            stopped = None
        elif isinstance(event, RunEnded):
            status, outputs, stopped = RunStatus(event.status), event.outputs, None
    over = outputs is not None
    steps = history.steps(at)
    planner = history.planner
    if outputs is None:
        outputs = planner.outputs if planner else {}
    return RunState(
        events=count,
        at=at,
        status=status,
        outputs=outputs,
        nodes=_nodes(planner, steps, over),
        held=[] if planner is None else list(_held(planner.frames)),
        waiting_for=[*([] if stopped is None else [stopped]), *_waits(steps)],
        steps=len(steps),
        last_steps=steps[-_LAST_STEPS:],
        spent=Spent() if planner is None else _spent(planner.ceilings, at),
    )


def moment_of(event: Event) -> float | None:
    """When an event happened, as far as it says so."""
    at: float | None = getattr(event, "at", None)
    if at is not None:
        return at
    began: float | None = getattr(event, "started_at", None)
    took: float | None = getattr(event, "duration", None)
    return None if began is None or took is None else began + took


def _stop(event: RunPaused) -> Wait:
    """Why a run as a whole stands still."""
    if event.limit == WaitKind.PAUSE:
        return Wait(kind=WaitKind.PAUSE, since=event.at)
    details = {"limit": event.limit, "value": event.value}
    return Wait(kind=WaitKind.LIMIT, since=event.at, details=details)


def _nodes(planner: ObservedPlanner | None, steps: list[StepRecord], over: bool) -> list[NodeState]:
    found = {} if planner is None else {path: NodeState(path) for path in _paths(planner.plan)}
    for step in steps:
        if step.parent is not None and step.verb != "use":
            continue
        path = bare(step.name) if step.verb == "use" else node_of(step.node)
        node = found.setdefault(path, NodeState(path))
        setattr(node, step.status, getattr(node, step.status) + 1)
    finished = set[str]()
    if planner is not None:
        root = planner.root
        finished = {each.id for each in root.plan.nodes if root.done[each.group]}
    for node in found.values():
        node.status = _status(node, over or node.node in finished)
    return list(found.values())


def _status(node: NodeState, finished: bool) -> NodeStatus:
    """What a node is shown as: what goes on comes first, then the worst that happened."""
    if node.running:
        return "running"
    if node.waiting:
        return "waiting"
    if node.failed:
        return "failed"
    if node.cancelled:
        return "cancelled"
    if node.completed:
        return "completed"
    return "skipped" if finished else "idle"


def _paths(plan: Plan, above: str = "") -> Iterator[str]:
    """The nodes of a graph and of the bodies in it, as paths without rounds."""
    for node in (*plan.nodes, *plan.tools):
        yield above + node.id
        if node.body is not None:
            yield from _paths(node.body.plan, f"{above}{node.id}/")


def _held(frames: list[Frame]) -> Iterator[HeldValues]:
    for frame in frames:
        if frame.dead:
            continue
        for index, waiting in frame.waiting.items():
            node = frame.plan.nodes[index]
            for number, slot in enumerate(node.slots):
                queue, kept = waiting.queues[number], waiting.kept[number]
                has_kept = kept is not None and not (slot.gather and not queue)
                if not queue and not has_kept:
                    continue
                first = [_shown(value) for value, _ in list(queue)[:_SHOWN_VALUES]]
                yield HeldValues(
                    node=frame.path + node.id,
                    pin=slot.pin + format_path(slot.path),
                    count=len(queue),
                    values=first,
                    kept=has_kept,
                    kept_value=_shown(kept[0]) if has_kept and kept else None,
                    closed=waiting.closed[number],
                )


def _shown(value: Any) -> Any:
    if isinstance(value, Lacking):
        return str(value.error)
    return value if len(encode(value)) <= _SHOWN_BYTES else show(value)


def _waits(steps: list[StepRecord]) -> list[Wait]:
    """Each thing waited for once: what a child waits for, its parents wait for too."""
    found: dict[int, Wait] = {}
    for step in steps:
        for wait in step.waiting_for:
            found.setdefault(id(wait), wait)
    return list(found.values())


def _spent(ceilings: Ceilings, at: float | None) -> Spent:
    seconds = 0.0
    if ceilings.started_at is not None and at is not None:
        seconds = max(at - ceilings.started_at - ceilings.idle_seconds, 0.0)
    known = ceilings.limits.model_dump(exclude_none=True)
    limits = {name: float(value) for name, value in known.items()}
    tokens, usd, unpriced = ceilings.taken
    return Spent(ceilings.steps, tokens, known_usd(usd, unpriced), unpriced, seconds, limits)
