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


class WaitingFor(BaseModel):
    """Why a run waits: the ceiling it reached, and how far it had come."""

    model_config = ConfigDict(frozen=True)

    kind: str = "limit"
    limit: str
    value: float


class RunDraft(BaseModel):
    """A run about to be stored; `trigger_key` makes starting it twice the same as once."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    agent_id: str
    version: int
    inputs: dict[str, Any] = Field(default_factory=dict)
    trigger: str = "manual"
    trigger_key: str | None = None
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
    waiting_for: WaitingFor | None = None
    steps: int = 0
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
