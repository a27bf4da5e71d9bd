"""How much a provider may be asked, by all runs and all processes together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol, TypeVar

T = TypeVar("T")


class ProviderLimit(NamedTuple):
    """What an administrator allows; `None` is no limit, until the provider itself asks for one."""

    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    concurrent: int | None = None


class LimitKey(NamedTuple):
    """What is limited as one: a provider or an address.

    `credential` tells apart those who are limited each on their own. `names` are what a setting may
    call it, the strongest first; `shown` is what people read.
    """

    name: str
    credential: str = ""
    names: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return self.name.partition("://")[2] or self.name


def _silent(text: str) -> None:
    return None


class Requester(NamedTuple):
    """For whom a provider is asked; turns are taken by owner, then by run."""

    owner: str = ""
    run: str = ""
    say: Callable[[str], None] = _silent
    """Shows what the step waits for, as long as it does."""
    agent: str = ""


class Passing(Protocol):
    """One call that was let through."""

    def took(self, model_tokens: int) -> None:
        """What the call took in the end, when that is known."""
        ...

    async def refused(self, seconds: float | None) -> None:
        """The provider said: not now; `seconds` is how long it asked to be left alone."""
        ...


class LimitUse(NamedTuple):
    """How things stand with one key in this process."""

    key: str
    waiting: int
    in_flight: int
    blocked_seconds: float


class ProviderLimits(Protocol):
    """Lets calls through when the provider may be asked."""

    def pass_(
        self, key: LimitKey, requester: Requester, model_tokens: int = 0
    ) -> AbstractAsyncContextManager[Passing]:
        """Waits for this requester's turn; the call is in flight as long as the context is open.

        `model_tokens` is what the call is expected to take.
        """
        ...

    def uses(self) -> Sequence[LimitUse]:
        """The keys that somebody waits for, is in flight at, or was refused by."""
        ...


class Share(NamedTuple):
    """What one process has of a key; times are the database's, in seconds."""

    wanted: int
    """Calls in flight and waiting."""
    waiting: int
    slots: int
    served_at: float
    seen_at: float


class LimitRow(NamedTuple):
    """How things stand with one key, for all processes; times are the database's, in seconds.

    `requests` and `model_tokens` are what may be used at `refilled_at`; less than nothing is owed.
    `refused_rate` is the requests per second at which the provider last refused.
    """

    key: str
    blocked_at: float = 0.0
    blocked_until: float = 0.0
    refused_rate: float | None = None
    requests: float | None = None
    model_tokens: float | None = None
    refilled_at: float = 0.0
    shares: Mapping[str, Share] = {}


class LimitStore(Protocol):
    """Keeps the rows that all processes share; its clock is the only one that counts."""

    async def read(self) -> tuple[float, list[LimitRow]]:
        """The store's time, and every row of the last day."""
        ...

    async def change(
        self, key: str, decide: Callable[[LimitRow, float], tuple[LimitRow | None, T]]
    ) -> T:
        """Replaces a row, alone: `decide` gets the row (a new one if there is none) and the time.

        It gives the row to keep, `None` to forget it, and what is returned from here.
        """
        ...

    def tell(self) -> None:
        """Lets the other processes know that they should read."""
        ...

    def on_news(self, heard: Callable[[], None]) -> None:
        """Calls `heard` when another process told something; it may be told nothing."""
        ...
