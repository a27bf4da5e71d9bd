"""Who is told that a worker takes up a run and how it leaves it; steps tell nobody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from luban.model.events import RunEnded, RunPaused, RunWaiting
from luban.ports.journal import ClaimedRun

Left = RunEnded | RunPaused | RunWaiting
"""How a run left its worker."""
Tell = Callable[[Left], None]


class RunWatch(Protocol):
    """Around each run as long as a worker has it."""

    def run(self, claimed: ClaimedRun) -> AbstractContextManager[Tell]:
        """Gives what is to be told how the run left; nothing is told when it was given back."""
        ...


class Unwatched:
    """For workers that nobody looks at."""

    def run(self, claimed: ClaimedRun) -> AbstractContextManager[Tell]:
        return nullcontext(_nothing)


def _nothing(left: Left) -> None:
    return None
