"""One execution of one agent version, as it is stored and listed."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class RunStatus(StrEnum):
    """Where a run stands; the last three are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED})


class Starved(BaseModel):
    """A pin that never got a value, while its node held `held` tokens on the others."""

    model_config = ConfigDict(frozen=True)

    node: str
    pin: str
    held: int


class WaitKind(StrEnum):
    """What somebody or something must do before a run, or a step of it, goes on."""

    LIMIT = "limit"
    """Its owner must raise a ceiling: details `limit`, `value`."""
    PAUSE = "pause"
    """Its owner paused it."""
    SLEEP = "sleep"
    """Time must pass."""
    RETRY = "retry"
    """Time must pass before the next attempt: details `attempt`, `error`."""
    SIGNAL = "signal"
    """A signal must come: details `name`."""
    ASK = "ask"
    """A person must answer: details `id`, `question`, `choices`."""
    IN_DOUBT = "in_doubt"
    """A person must say whether an interrupted step took effect: details as of `ask`, `inputs`."""
    RUN = "run"
    """Another run must end: details `run`, `agent`."""
    BLOCK = "block"
    """A block must be installed: details `block`, `version`, `package`."""
    QUARANTINE = "quarantine"
    """It killed its worker too often, and its owner must let it go on: details `kills`."""


class Wait(BaseModel):
    """One thing a run waits for; of its step `node`, unless the run as a whole waits."""

    model_config = ConfigDict(frozen=True)

    kind: WaitKind
    node: str = ""
    iteration: int = 0
    key: str = ""
    since: float
    until: float | None = None
    details: dict[str, Any] = Field(default_factory=dict)


OWNERS = frozenset({WaitKind.LIMIT, WaitKind.PAUSE, WaitKind.QUARANTINE})
"""Waits that only the owner of the run ends, whatever else comes for it."""
ASKING = frozenset({WaitKind.ASK, WaitKind.IN_DOUBT})
"""Waits that a person can answer."""


class ParentStep(BaseModel):
    """The step that asked for a run, in another run."""

    model_config = ConfigDict(frozen=True)

    run: str
    node: str
    iteration: int = 0
    key: str = ""


class RunOptions(BaseModel):
    """How a run differs from a plain one.

    `pinned` gives outputs in place of steps: node path → output pin → value. In a `simulate` run,
    blocks with effects answer from `recorded` (a run's id), else from their examples. `trace` is
    the span that it continues, as a `traceparent`.
    """

    model_config = ConfigDict(frozen=True)

    pinned: dict[str, dict[str, Any]] = Field(default_factory=dict)
    simulate: bool = False
    recorded: str | None = None
    trace: str | None = Field(default=None, max_length=64)


class RunDraft(BaseModel):
    """A run about to be stored; `trigger_key` makes starting it twice the same as once.

    Higher `priority` is served first. `at_once` is how many runs of the agent may be under way at
    a time. `forked_from` is the run whose recorded results it begins with.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    agent_id: str
    version: int
    inputs: dict[str, Any] = Field(default_factory=dict)
    trigger: str = "manual"
    trigger_key: str | None = None
    parent: ParentStep | None = None
    depth: int = 0
    priority: int = 0
    at_once: int | None = None
    forked_from: str | None = None
    options: RunOptions | None = None
    created_at: float


class Run(BaseModel):
    """A stored run."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    agent_id: str
    agent_name: str
    version: int
    status: RunStatus
    trigger: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] = Field(default_factory=dict)
    error: dict[str, Any] | None = None
    starved: list[Starved] = Field(default_factory=list[Starved])
    waiting_for: list[Wait] = Field(default_factory=list[Wait])
    """Also while it runs: what some of its steps wait for."""
    steps: int = 0
    tokens: int = 0
    usd: float = 0.0
    """As far as prices are known."""
    unpriced: int = 0
    """Calls of models whose price is unknown."""
    parent: ParentStep | None = None
    depth: int = 0
    priority: int = 0
    forked_from: str | None = None
    options: RunOptions | None = None
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
