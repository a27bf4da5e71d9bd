"""What the in-memory database holds: the same nouns as the tables of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from luban.model.run import Run
from luban.ports.journal import Recorded
from luban.ports.stores import Agent, GraphVersion, Page, Slice, StoredFile

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


@dataclass
class Tables:
    """Shared by the stores of one or more `MemoryDatabase`."""

    agents: dict[str, Agent] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    versions: dict[tuple[str, int], GraphVersion] = field(default_factory=dict)
    runs: dict[str, QueuedRun] = field(default_factory=dict)
    journal: dict[str, list[Recorded]] = field(default_factory=lambda: defaultdict(list))
    workers: dict[int, bool] = field(default_factory=dict)
    """Every registered worker, and whether its process lives."""
    state: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    replies: dict[tuple[str, str], tuple[int, bytes, str, float]] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    row_ids: count[int] = field(default_factory=lambda: count(1))
    worker_ids: count[int] = field(default_factory=lambda: count(1))
    run_numbers: count[int] = field(default_factory=lambda: count(1))
    room: int | None = None
    """Bytes the journal may still take before `StorageFull`; `None` is no limit."""


def page(items: Sequence[T], part: Slice) -> Page[T]:
    """The wanted part of a whole list."""
    return Page(list(items[part.offset : part.offset + part.page_size]), len(items))
