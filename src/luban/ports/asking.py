"""On whose behalf something happens: what a line of the log and the audit log know of a request."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple


class Asking(NamedTuple):
    """A request that is being answered; `user` is empty as long as nobody is known to be asking."""

    request: str
    user: str = ""
    team: str = ""


ASKING: ContextVar[Asking | None] = ContextVar("asking", default=None)
"""Set while a request is answered, in everything that is done for it."""


class UnderWay(NamedTuple):
    """A run that a worker has."""

    run: str
    agent: str


UNDER_WAY: ContextVar[UnderWay | None] = ContextVar("under_way", default=None)
"""Set while a worker has a run, in everything that is done for it."""
