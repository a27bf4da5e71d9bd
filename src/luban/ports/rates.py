"""How often somebody may ask: counted where every process of an installation sees it."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Rate(NamedTuple):
    """So many `requests` in `seconds`, at once or spread; what was used comes back evenly."""

    requests: int
    seconds: float


class Allowance(NamedTuple):
    """What is left of a rate: `again` is 0 if the request may pass, else in how many seconds.

    `full` is in how many seconds everything is back.
    """

    rate: Rate
    left: int
    again: float
    full: float


class SharedRatesAway(Exception):
    """The store that processes share does not answer; the text says why."""


class RateStore(Protocol):
    """Counts by key. A request that is refused uses nothing up.

    One that is outside raises `SharedRatesAway` when it cannot be reached.
    """

    async def take(self, key: str, rate: Rate) -> Allowance: ...

    async def look(self, key: str, rate: Rate) -> Allowance:
        """As `take`, without using any."""
        ...

    async def aclose(self) -> None: ...
