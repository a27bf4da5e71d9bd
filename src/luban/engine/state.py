"""Where the tokens of a run are: frames, and what their nodes hold. Changed only by the planner."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from luban.engine.plan import NodePlan, Plan


class Firing(NamedTuple):
    """A step to be made: the node, which firing of it this is, and its inputs before conversion.

    `path` names the node in the journal: its id, behind the path of its frame.
    """

    frame: Frame
    node: NodePlan
    path: str
    iteration: int
    inputs: dict[str, Any]


@dataclass(slots=True)
class Progress:
    """How far a step that has not ended has come, beyond having been decided.

    `emitted` counts the values it has sent, `attempts` those that failed, `announced` how often it
    was written down that it begins; `retry_at` is when the next attempt may be made, `since` when
    the first began, as far as is known.
    """

    emitted: int = 0
    attempts: int = 0
    announced: int = 0
    retry_at: float = 0.0
    since: float | None = None


@dataclass(slots=True)
class Waiting:
    """The tokens at a node that joins several slots.

    `queues` hold (value, sticky) pairs; `kept` the values sticky links left; `closed` says which
    slots will get no more; `missing` counts the slots with neither token nor kept value nor leave
    to be empty.
    """

    queues: list[deque[tuple[Any, bool]]]
    kept: list[tuple[Any] | None]
    closed: list[bool]
    open_sources: list[int]
    missing: int

    @classmethod
    def at(cls, node: NodePlan) -> Waiting:
        count = len(node.slots)
        return cls(
            queues=[deque() for _ in range(count)],
            kept=[None] * count,
            closed=[False] * count,
            open_sources=[len(slot.sources) for slot in node.slots],
            missing=count,
        )


@dataclass(slots=True)
class Held:
    """What a firing emitted while an earlier firing of its node had not finished."""

    emissions: list[Any]
    finished: bool = False


@dataclass(slots=True, eq=False)
class Frame:
    """One instance of a graph: the run's own, or one round of a body.

    `active` counts the steps of each group in flight, `open` its unfinished upstream groups.
    """

    plan: Plan
    path: str
    inputs: dict[str, Any]
    repeat: Repeat | None
    place: int
    fired: list[int]
    delivered: list[int]
    active: list[int]
    open: list[int]
    done: list[bool]
    unfinished: int
    waiting: dict[int, Waiting] = field(default_factory=dict[int, Waiting])
    held: dict[tuple[int, int], Held] = field(default_factory=dict[tuple[int, int], Held])
    empty: set[int] = field(default_factory=set[int])
    """Nodes that never fired because the stream feeding them was empty, not because of a branch."""
    outputs: dict[str, list[Any]] = field(default_factory=dict[str, "list[Any]"])
    bodies: dict[tuple[int, int], Repeat] = field(default_factory=dict[tuple[int, int], "Repeat"])
    """The bodies its nodes run, by the number of the node and its firing."""
    dead: bool = False

    @classmethod
    def of(
        cls,
        plan: Plan,
        inputs: dict[str, Any],
        *,
        path: str = "",
        repeat: Repeat | None = None,
        place: int = 0,
    ) -> Frame:
        nodes, groups = len(plan.nodes), len(plan.groups)
        return cls(
            plan=plan,
            path=path,
            inputs=inputs,
            repeat=repeat,
            place=place,
            fired=[0] * nodes,
            delivered=[0] * nodes,
            active=[0] * groups,
            open=list(plan.upstream),
            done=[False] * groups,
            unfinished=groups,
        )

    def results(self) -> dict[str, Any]:
        """What the output nodes gave: a value each, or a list where there were several."""
        return {
            name: values[0] if len(values) == 1 else values for name, values in self.outputs.items()
        }


@dataclass(slots=True, eq=False)
class Repeat:
    """A body being run: how far a map or a loop has come.

    `next` is the round whose turn comes; those in `ahead` were opened before their turn.
    """

    firing: Firing
    items: list[Any]
    results: list[dict[str, Any] | None]
    next: int = 0
    open: int = 0
    abandoned: bool = False
    ahead: set[int] = field(default_factory=set[int])
    frames: list[Frame] = field(default_factory=list[Frame])
