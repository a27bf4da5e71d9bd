"""What happens in a run, as the journal keeps it: one kind of event per class, and their bytes.

An event names its node by path: `add`, or `each[2]/add` for a node inside the third instance of
the body of `each`. Times are Unix seconds, durations seconds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from luban.model.values import encode


class RunStarted(NamedTuple):
    """The run was taken up for the first time; `blocks` are the block versions it is pinned to."""

    at: float
    blocks: dict[str, int] | None = None


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

    `usage` is what its model calls took, if it made any: `{"calls", "tokens", "input_tokens",
    "output_tokens", "usd", "unpriced"}`, where `usd` is `None` when no price is known and
    `unpriced` counts the calls without one. With `calls`, each of them has a `ModelUsed` of its
    own, which is what counts; an older journal has only `{"tokens", "usd"}`.
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


class ChildStarted(NamedTuple):
    """A step began something that takes its time: it sleeps, asks, waits for a signal or a run.

    `node` and `iteration` are the step's, `key` tells its children apart. `verb` is what was
    asked for (`call`, `step`, `run_agent`, `sleep`, `wait_for`, `ask`, `decide`), `name` of what;
    `data` says what is waited for, with `until` in Unix seconds where there is an end.
    """

    node: str
    iteration: int
    key: str
    verb: str
    name: str
    data: dict[str, Any]
    at: float


class ChildFinished(NamedTuple):
    """What a step asked for is there; `signal` is the id of the one that brought it, if any did."""

    node: str
    iteration: int
    key: str
    verb: str
    name: str
    inputs: dict[str, Any] | None
    result: Any
    started_at: float
    duration: float
    usage: dict[str, Any] | None = None
    signal: int | None = None


class ChildFailed(NamedTuple):
    """What a step asked for ended in an error, which the step's own code was given."""

    node: str
    iteration: int
    key: str
    verb: str
    name: str
    inputs: dict[str, Any] | None
    error: dict[str, Any]
    started_at: float
    duration: float
    usage: dict[str, Any] | None = None
    signal: int | None = None


class ModelUsed(NamedTuple):
    """A step had an answer of a model, which has to be paid whatever becomes of the step.

    `key` is that of the piece of the step that asked, if one did. `usd` is `None` when the price
    is unknown.
    """

    node: str
    iteration: int
    key: str
    agent: str
    model: str
    input_tokens: int
    output_tokens: int
    usd: float | None
    at: float


class RunWaiting(NamedTuple):
    """All that goes on in the run waits: it leaves its worker until something comes."""

    at: float


class RunWoken(NamedTuple):
    """Something came: a worker has the run again."""

    at: float


class RunPaused(NamedTuple):
    """The run stands still for its owner: at a ceiling (its name, what it stood at), or by hand.

    By hand, `limit` is `pause`. `details` say more of a limit of what models take: `of` is the
    limit itself, `what` is `tokens`, `usd` or `unpriced_calls`.
    """

    limit: str
    value: float
    at: float
    details: dict[str, Any] | None = None


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
    | ChildStarted
    | ChildFinished
    | ChildFailed
    | ModelUsed
    | RunStarted
    | RunWaiting
    | RunWoken
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
    "child_started": ChildStarted,
    "child_finished": ChildFinished,
    "child_failed": ChildFailed,
    "model_used": ModelUsed,
    "run_waiting": RunWaiting,
    "run_woken": RunWoken,
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
