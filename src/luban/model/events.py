"""What happens in a run, as the journal keeps it: one kind of event per class, and their bytes.

An event names its node by path: `add`, or `each[2]/add` for a node inside the third instance of
the body of `each`. Times are Unix seconds, durations seconds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from luban.model.values import encode


class RunStarted(NamedTuple):
    """The run was taken up for the first time."""

    at: float


class StepStarted(NamedTuple):
    """An attempt of a step that must not happen twice is about to be made."""

    node: str
    iteration: int
    attempt: int
    at: float


class StepEmitted(NamedTuple):
    """A step that goes on has sent a value; `number` counts its emissions from 0."""

    node: str
    iteration: int
    number: int
    pin: str
    value: Any


class StepFinished(NamedTuple):
    """A step is done; `emissions` are those not told by `StepEmitted` before.

    `usage` is what its model calls took, `{"tokens": …, "usd": …}`, if it made any.
    """

    node: str
    iteration: int
    attempt: int
    emissions: list[Any]
    started_at: float
    duration: float
    usage: dict[str, Any] | None = None


class AttemptFailed(NamedTuple):
    """An attempt failed and another will follow in `retry_in` seconds."""

    node: str
    iteration: int
    attempt: int
    error: dict[str, Any]
    started_at: float
    duration: float
    retry_in: float


class StepFailed(NamedTuple):
    """A step failed for good."""

    node: str
    iteration: int
    attempt: int
    error: dict[str, Any]
    started_at: float
    duration: float
    usage: dict[str, Any] | None = None


class RunPaused(NamedTuple):
    """A ceiling was reached; `limit` is its name, `value` what it stood at."""

    limit: str
    value: float
    at: float


class RunResumed(NamedTuple):
    """The owner let the run go on, with these limits raised."""

    limits: dict[str, float]
    at: float


class RunEnded(NamedTuple):
    """The run is over; nothing follows in its journal."""

    status: str
    outputs: dict[str, Any]
    error: dict[str, Any] | None
    starved: list[Any]
    at: float


Event = (
    StepFinished
    | StepEmitted
    | StepStarted
    | AttemptFailed
    | StepFailed
    | RunStarted
    | RunPaused
    | RunResumed
    | RunEnded
)

KINDS: dict[str, type[Any]] = {
    "run_started": RunStarted,
    "step_started": StepStarted,
    "step_emitted": StepEmitted,
    "step_finished": StepFinished,
    "attempt_failed": AttemptFailed,
    "step_failed": StepFailed,
    "run_paused": RunPaused,
    "run_resumed": RunResumed,
    "run_ended": RunEnded,
}
KIND_OF: dict[type[Any], str] = {event: kind for kind, event in KINDS.items()}


class Row(NamedTuple):
    """An event as the journal stores it; `node` and `iteration` are empty for the run's own."""

    run: str
    kind: str
    node: str
    iteration: int
    data: bytes


def to_row(run: str, event: Event) -> Row:
    """The event in bytes. Raises `NotStorable` for a value JSON cannot hold."""
    if type(event) is StepFinished:  # nearly every event: written out, the rest is general
        node, iteration, attempt, emissions, started_at, duration, usage = event
        data: dict[str, Any] = {
            "attempt": attempt,
            "emissions": emissions,
            "started_at": started_at,
            "duration": duration,
        }
        if usage is not None:
            data["usage"] = usage
        return Row(run, "step_finished", node, iteration, encode(data))
    fields = event._asdict()
    node = fields.pop("node", "")
    iteration = fields.pop("iteration", 0)
    return Row(run, KIND_OF[type(event)], node, iteration, encode(fields))


def from_row(kind: str, node: str, iteration: int, data: bytes) -> Event:
    """The event a row holds."""
    fields: dict[str, Any] = orjson.loads(data)
    event = KINDS[kind]
    if "node" in event._fields:
        return event(node=node, iteration=iteration, **fields)
    return event(**fields)
