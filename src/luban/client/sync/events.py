# Generated from luban/client/events.py by ./run fix.

"""The events of a run as they happen; a broken stream is taken up again where it broke off."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Any, NamedTuple

import httpx2
import orjson

from luban.client.sync.deadlines import Deadline
from luban.client.sync.transport import Transport

END = "run_ended"

_SILENCE = 45.0
"""Seconds without even a heartbeat after which a stream counts as broken."""
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0
_FAILURES = 5


class Event(NamedTuple):
    """One event; `id` is its place in the journal, `None` for what is told once and not kept."""

    id: int | None
    kind: str
    values: dict[str, Any]


def follow(
    transport: Transport, run_id: str, after: int = 0, deadline: Deadline | None = None
) -> Generator[Event]:
    """Events after `after`, until the run ends.

    Raises `ApiError`, `Unreachable` after five attempts in a row that brought nothing, and
    `TimeoutError` at the deadline.
    """
    failures, wait = 0, _FIRST_WAIT
    deadline = deadline or Deadline()
    while True:
        try:
            silence = deadline.left(_SILENCE)
            with closing(_once(transport, run_id, after, silence)) as events:
                for event in events:
                    failures, wait = 0, _FIRST_WAIT
                    after = after if event.id is None else event.id
                    yield event
                    if event.kind == END:
                        return
                    deadline.left(_SILENCE)
            failures += 1  # the server closed the stream of a run that goes on
        except httpx2.TransportError as error:
            deadline.left(_SILENCE)  # it may have been the deadline that broke it
            failures += 1
            if failures >= _FAILURES:
                raise transport.unreachable(error) from error
        if failures >= _FAILURES:
            return
        deadline.pause(wait)
        wait = min(2 * wait, _LONGEST_WAIT)


def _once(transport: Transport, run_id: str, after: int, silence: float) -> Generator[Event]:
    headers = {"accept": "text/event-stream", "last-event-id": str(after)}
    path = f"/runs/{run_id}/events"
    with transport.stream(path, headers=headers, timeout=silence) as response:
        fields: dict[str, str] = {}
        for line in response.iter_lines():
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            elif "event" in fields:
                place = fields.get("id")
                yield Event(
                    int(place) if place else None, fields["event"], orjson.loads(fields["data"])
                )
                fields = {}
            else:
                fields = {}
