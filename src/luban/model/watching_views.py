"""The shapes of what is watched: the audit log, health, the administrator's overview, webhooks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from luban.model.views import LimitView, Moment, SightingView, View


class AuditView(View):
    """One entry of the audit log; `details` name fields, never what was in them."""

    id: int
    timestamp: Moment
    user_id: str
    team_id: str
    signed_in_by: str
    action: str
    resource_type: str
    resource_id: str
    outcome: Literal["done", "refused", "failed"]
    status: int
    ip_address: str
    user_agent: str
    request_id: str
    details: dict[str, Any] = Field(default_factory=dict)


class CheckView(View):
    """What one check of the server's health said."""

    status: Literal["healthy", "unhealthy", "error"]
    duration: float
    """Seconds."""
    timestamp: Moment
    error: str | None = None


class HealthView(View):
    """Whether the server works."""

    status: Literal["healthy", "unhealthy"]
    checks: dict[str, CheckView]
    timestamp: Moment
    version: str
    database: str
    uptime: float
    findings: int = 0
    """How many things the watchdogs of this process see just now."""


class LifeView(View):
    """Whether the process lives, or takes requests."""

    status: Literal["alive", "ready", "not_ready", "closing"]


class WebhookView(View):
    """An address that is told of events. `secret` is shown once, when it is new."""

    id: str
    name: str
    url: str
    events: list[str]
    agents: list[str]
    """Only these; none is all."""
    enabled: bool
    disabled_because: Literal["", "gone", "failing"]
    failing_since: Moment | None
    made_by: str
    created_at: Moment
    updated_at: Moment
    secret: str | None = None


class AnswerView(View):
    """What the last attempt of a delivery met with; no `status` is no answer."""

    status: int | None
    text: str
    seconds: float
    at: Moment


class DeliveryView(View):
    """One event for one webhook; `dead` ones were given up, and can be delivered again by hand."""

    id: str
    webhook_id: str
    event: str
    status: Literal["waiting", "delivered", "dead"]
    attempts: int
    next_at: Moment | None
    answer: AnswerView | None
    body: dict[str, Any]
    created_at: Moment
    ended_at: Moment | None


class WorkerView(View):
    """A process that runs runs; `lease_left` are the seconds it may still be silent."""

    id: int
    state: Literal["alive", "late", "dead"]
    started_at: Moment
    lease_left: float | None
    running: int


class QueueView(View):
    """Runs that are not over, of everybody."""

    queued: int
    running: int
    waiting: int
    oldest_seconds: float | None
    """How long the first of those queued has waited."""


class StuckView(View):
    """A run that does not get on by itself, of whoever it is; what it does is not shown."""

    id: str
    team_id: str
    agent_id: str
    status: str
    reason: Literal["quarantined", "stands", "struck", "queued"]
    since: Moment
    strikes: int


class StorageView(View):
    """Bytes, and how many of each."""

    database_bytes: int
    file_bytes: int
    agents: int
    files: int
    runs_ever: int
    events_ever: int


class SandboxView(View):
    """Whether a kind of code runs here: what keeps it in, or why it is off."""

    name: Literal["subset", "full", "javascript", "shell"]
    on: bool
    by: str
    """`monty`, `bubblewrap` or `landlock`."""
    reason: str
    reason_zh: str


class OverviewView(View):
    """How the installation stands."""

    version: str
    database: str
    uptime: float
    timestamp: Moment
    health: Literal["healthy", "unhealthy"]
    checks: dict[str, CheckView]
    workers: list[WorkerView]
    queue: QueueView
    storage: StorageView
    stuck: list[StuckView]
    limits: list[LimitView]
    findings: list[SightingView]
    code: list[SandboxView]
    users: int
    sessions: int
