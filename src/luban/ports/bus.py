"""Telling others at once what the database would tell them later."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol


class Live(NamedTuple):
    """Something that may be missed: a step began, a piece of a text, progress."""

    kind: str
    data: dict[str, Any]


PASSING = frozenset({"step_delta", "step_progress", "step_log"})
"""Kinds of which a slow reader loses the oldest first: a later one makes up for them."""


def end_of(run: str) -> str:
    """Under which name the end of a run is told, for who waits for nothing else of it."""
    return f"end:{run}"


def news_of(owner: str) -> str:
    """Under which name it is told that a run of an owner changed its state."""
    return f"runs:{owner}"


class Listener(Protocol):
    """One reader of one run."""

    async def next(self, timeout: float) -> list[Live]:
        """What came since the last call, at once if anything did; empty after `timeout` seconds.

        An empty answer before that means: the journal has grown.
        """
        ...


class Bus(Protocol):
    """Carries the news of runs from workers to readers; losing it costs latency, never data.

    In place of a run's id its methods also take what `end_of` and `news_of` give.
    """

    def watched(self, run: str) -> bool:
        """Whether anybody listens, so that the rest is not even made."""
        ...

    def publish(self, run: str, live: Live) -> None: ...

    def journal_grew(self, run: str) -> None:
        """Rows of this run were committed."""
        ...

    def listen(self, run: str) -> AbstractAsyncContextManager[Listener]: ...


class Bell(Protocol):
    """Rings when there may be a run to claim or to cancel."""

    def ring(self) -> None: ...

    async def wait(self, timeout: float) -> None: ...
