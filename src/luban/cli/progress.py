"""A run as it is watched on a terminal: a line per step, a bar where the work is known."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import Any

from luban.cli.printing import note
from luban.cli.speech import say, told_of
from luban.cli.waits import wait_lines
from luban.model.run import Wait, WaitKind
from luban.services.run_events import RunEvent

_WIDTH = 24


async def watch(events: AsyncIterator[RunEvent]) -> None:
    """Tells what happens on standard error, until the run ends or waits."""
    bar = _Bar()
    async for event in events:
        values = event.values
        match event.kind:
            case "step_progress":
                bar.show(values)
            case "step_finished":
                bar.clear()
                note(f"  ✓ {_where(values)}  {_time(values['duration'])}")
            case "attempt_failed":
                bar.clear()
                wait = say(
                    f"again in {values['retry_in']:.1f} s", f"{values['retry_in']:.1f} 秒后重试"
                )
                note(f"  ↻ {_where(values)}  {told_of(values['error'])} ({wait})")
            case "step_failed":
                bar.clear()
                note(f"  ✕ {_where(values)}  {told_of(values['error'])}")
            case "child_started":
                bar.clear()
                for text in wait_lines(values["run"], waits_of(values)):
                    note(f"  … {text}")
            case "run_ended" | "run_paused":
                bar.clear()
                return
            case _:
                pass


_KINDS = {
    "sleep": WaitKind.SLEEP,
    "wait_for": WaitKind.SIGNAL,
    "ask": WaitKind.ASK,
    "decide": WaitKind.IN_DOUBT,
    "run_agent": WaitKind.RUN,
}


def waits_of(values: dict[str, Any]) -> list[Wait]:
    """What a step that began something waits for, if it does."""
    kind = _KINDS.get(values["verb"])
    if kind is None:
        return []
    details = {name: value for name, value in values["data"].items() if name != "until"}
    until = values["data"].get("until")
    place = {"node": values["node"], "iteration": values["iteration"], "key": values["key"]}
    return [Wait(kind=kind, **place, since=0.0, until=until, details=details)]


def _where(values: dict[str, Any]) -> str:
    iteration = values["iteration"]
    return f"{values['node']} #{iteration + 1}" if iteration else str(values["node"])


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


class _Bar:
    """One line that is written over; only on a terminal."""

    def __init__(self) -> None:
        self._drawn = False
        self._terminal = sys.stderr.isatty()

    def show(self, values: dict[str, Any]) -> None:
        total = values.get("total")
        if not self._terminal or not total:
            return
        part = min(values["done"] / total, 1.0)
        full = round(part * _WIDTH)
        bar = "█" * full + "░" * (_WIDTH - full)
        text = f"  {bar} {part:4.0%} {values['node']} {values.get('text', '')}"
        sys.stderr.write(f"\r\x1b[2K{text[:100]}")
        sys.stderr.flush()
        self._drawn = True

    def clear(self) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[2K")
            self._drawn = False
