"""What the in-memory database holds: the same nouns as the tables of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from luban.model.events import Event, to_row
from luban.model.run import Run
from luban.ports.journal import Recorded, Signal
from luban.ports.limits import LimitRow
from luban.ports.stores import Agent, Caps, GraphVersion, Page, Slice
from luban.storage.memory.records import MemoryRecords

T = TypeVar("T")


@dataclass
class QueuedRun:
    """A run, and the queue's side of it."""

    run: Run
    seq: int
    trigger_key: str | None = None
    worker: int | None = None
    claims: int = 0
    cancel_requested: bool = False
    pause_requested: bool = False
    nudge: int = 0
    seen: int = 0
    """`nudge` when it was claimed."""
    parked: bool = False
    """Whether a signal or the time may wake it; if it waits otherwise, it waits for its owner."""
    wake_at: float | None = None
    told: bool = False
    """Whether its parent knows that it ended."""
    asks: int = 0
    strikes: int = 0
    mark: int = 0
    """The id of its last row when it was given its last strike."""
    vt: float = 0.0
    at_once: int | None = None
    inbox: list[Signal] = field(default_factory=list[Signal])
    sent: set[str] = field(default_factory=set[str])
    """The `once` of what was sent."""


@dataclass
class Tables:
    """Shared by the stores of one or more `MemoryDatabase`."""

    records: MemoryRecords = field(default_factory=MemoryRecords)
    """The tables of all that is no part of a run."""
    agents: dict[str, Agent] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    versions: dict[tuple[str, int], GraphVersion] = field(default_factory=dict)
    runs: dict[str, QueuedRun] = field(default_factory=dict)
    journal: dict[str, list[Recorded]] = field(default_factory=lambda: defaultdict(list))
    workers: dict[int, bool] = field(default_factory=dict)
    """Every registered worker, and whether its process lives."""
    state: dict[tuple[str, str, str], tuple[bytes, float]] = field(default_factory=dict)
    """Each value, and when it was last changed."""
    state_changes: dict[tuple[str, str, str, str], bytes] = field(default_factory=dict)
    replies: dict[tuple[str, str], tuple[int, bytes, str, float]] = field(default_factory=dict)
    limits: dict[str, LimitRow] = field(default_factory=dict)
    limit_hearers: list[Callable[[], None]] = field(default_factory=list)
    row_ids: count[int] = field(default_factory=lambda: count(1))
    worker_ids: count[int] = field(default_factory=lambda: count(1))
    run_numbers: count[int] = field(default_factory=lambda: count(1))
    signal_ids: count[int] = field(default_factory=lambda: count(1))
    caps: dict[str, Caps] = field(default_factory=dict)
    last_vt: dict[str, float] = field(default_factory=dict)
    room: int | None = None
    """Bytes the journal may still take before `StorageFull`; `None` is no limit."""

    def owns(self, owner: str) -> bool:
        """Whether anything here is an owner's, apart from agents that were deleted."""
        agents = [each for each in self.agents.values() if each.id not in self.deleted]
        runs = [each.run for each in self.runs.values()]
        return any(each.owner == owner for each in (*agents, *runs))

    def append(self, run: str, event: Event) -> None:
        """Adds an event of a run's own to its journal."""
        row = to_row(run, event)
        recorded = Recorded(next(self.row_ids), row.kind, row.node, row.iteration, row.data)
        self.journal[run].append(recorded)


def page(items: Sequence[T], part: Slice) -> Page[T]:
    """The wanted part of a whole list."""
    return Page(list(items[part.offset : part.offset + part.page_size]), len(items))
