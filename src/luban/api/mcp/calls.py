"""One call of a tool: a run, followed to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import orjson

from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.model.run import Run, RunStatus
from luban.services.house import House

Told = Callable[[float, str], Awaitable[None]]
"""Tells who asked how many steps are done, and what happens."""
_WORDS = {
    "step_started": "{node} began",
    "step_finished": "{node} is done",
    "step_failed": "{node} failed",
    "step_waiting": "{node} waits",
    "run_waiting": "the run waits for a person",
    "run_paused": "the run is paused",
}


class Outcome:
    """What a call gives: text for people and models, data for programs."""

    __slots__ = ("failed", "structured", "text")

    def __init__(self, text: str, structured: dict[str, Any] | None, *, failed: bool) -> None:
        self.text = text
        self.structured = structured
        self.failed = failed


async def performed(
    house: House, caller: Caller, name: str, arguments: dict[str, Any], told: Told
) -> Outcome:
    """Runs a tool to its end; cancelled, so is the run. Raises what starting it raises."""
    run = await house.offering.start(caller.team, name, arguments)
    try:
        await _followed(house, caller.team, run, told)
    except asyncio.CancelledError:
        with suppress(LubanError):  # it may be over just now
            await asyncio.shield(house.runs.cancel(caller.team, run.id))
        raise
    return outcome(await house.runs.get(caller.team, run.id))


def outcome(run: Run) -> Outcome:
    if run.status is not RunStatus.COMPLETED:
        error = run.error or {}
        said = str(error.get("message") or f"The run ended {run.status.value}.")
        return Outcome(f"{said} (run {run.id})", None, failed=True)
    given = dict(run.outputs or {})
    values = list(given.values())
    text = values[0] if len(values) == 1 and isinstance(values[0], str) else _json(given)
    return Outcome(text, given, failed=False)


async def _followed(house: House, owner: str, run: Run, told: Told) -> None:
    done = 0
    async for event in await house.run_events.open(owner, run.id):
        words = _WORDS.get(event.kind)
        if event.kind == "step_progress" and event.values.get("text"):
            words = "{node}: {text}"
        if words is None:
            continue
        done += 1
        values = {"node": event.values.get("node", ""), "text": event.values.get("text", "")}
        await told(float(done), words.format(**values))


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
