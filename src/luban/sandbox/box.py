"""A kind of box: what it is told to run and how that is started, one for each way of confining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from luban.sandbox.box_process import BoxCommand
from luban.sandbox.interpreters import Interpreter


class BoxNeeds(NamedTuple):
    """What one piece needs of its box; `files` is a folder on this machine that it reads."""

    python: Interpreter
    others: Sequence[Interpreter]
    files: str | None
    disk: int
    processes: int
    memory: int

    @property
    def folders(self) -> list[str]:
        """What its programs need to see beside the system."""
        programs = (self.python, *self.others)
        return list(dict.fromkeys(folder for each in programs for folder in each.folders))


class OpenBox(NamedTuple):
    """A box about to be started: its command, and where in it the code finds itself.

    `rules` are for the supervisor of a box that confines its child itself.
    """

    command: BoxCommand
    work: str
    rules: Mapping[str, Any] | None = None


class BoxKind(Protocol):
    """One way of confining code."""

    @property
    def name(self) -> str: ...

    def open(self, needs: BoxNeeds, program: Sequence[str]) -> AbstractContextManager[OpenBox]:
        """A box for `program`, whose `{answer}` stands for the number of the answer's file."""
        ...
