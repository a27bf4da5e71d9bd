"""What models took, by day, agent and model, and the budgets that calls are held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from luban.model.spending import NOTHING, Budget, Exceeded, Taken, Window, exceeded

HOLD_SECONDS = 900.0
"""After so long nobody believes any more that a call is in flight."""


class PlannedCall(NamedTuple):
    """A call that is about to be made, and what it is expected to take at most.

    `run_taken` is what its run took so far, `run_held` what other calls of it may take that are in
    flight.
    """

    owner: str
    agent: str
    run: str
    model: str
    expected: Taken
    run_taken: Taken = NOTHING
    run_held: Taken = NOTHING


class Spent(NamedTuple):
    """A budget that is used up: whose it is (`user` or `agent:ID`), for which time, and how far."""

    scope: str
    window: Window
    exceeded: Exceeded


class Admission(NamedTuple):
    """Whether a call may be made.

    It may with a `hold`, or when there is no budget (all are empty). Else a budget is `spent`, or
    may be once the calls in flight have ended: then the call waits (`busy`).
    """

    hold: str = ""
    spent: Spent | None = None
    busy: bool = False


class StoredBudget(NamedTuple):
    """A budget and whose it is."""

    scope: str
    budget: Budget
    updated_at: float


class ModelUse(NamedTuple):
    """What one agent took of one model on one day (days since 1970-01-01, UTC)."""

    agent: str
    model: str
    day: int
    calls: int
    input_tokens: int
    output_tokens: int
    usd: float
    unpriced: int


class Gate(Protocol):
    """Lets calls through while the budgets allow it."""

    async def admit(self, call: PlannedCall) -> Admission:
        """Holds what the call may take, so that all calls in flight count, of all processes."""
        ...

    async def release(self, owner: str, hold: str) -> None:
        """The call has ended, and what it took is in the journal of its run."""
        ...

    async def price(
        self, owner: str, model: str, input_tokens: int, output_tokens: int
    ) -> float | None:
        """What a call would cost in US dollars, `None` if that is unknown."""
        ...


class BudgetStore(Protocol):
    """Budgets of owners, and what models took; the journal's batches write the latter."""

    async def find(self, owner: str, scope: str) -> StoredBudget | None: ...

    async def list(self, owner: str) -> list[StoredBudget]: ...

    async def put(self, owner: str, scope: str, budget: Budget, at: float) -> None: ...

    async def delete(self, owner: str, scope: str) -> bool: ...

    async def uses(
        self, owner: str, first: int, last: int, agent: str | None = None
    ) -> Sequence[ModelUse]:
        """What was taken on these days, both included, oldest first."""
        ...

    async def taken(self, owner: str, scope: str, day: int) -> Mapping[Window, Taken]:
        """What counts for the day, the month of that day, and in all."""
        ...

    async def admit(self, call: PlannedCall, hold: str, at: float) -> Admission:
        """As `Gate.admit`; `hold` is the name to hold it under."""
        ...

    async def release(self, owner: str, hold: str) -> None: ...


class NoBudgets:
    """A `Gate` where there are neither budgets nor prices."""

    async def admit(self, call: PlannedCall) -> Admission:
        return Admission()

    async def release(self, owner: str, hold: str) -> None:
        return None

    async def price(
        self, owner: str, model: str, input_tokens: int, output_tokens: int
    ) -> float | None:
        return None


NO_BUDGETS = NoBudgets()


def judge(
    stored: StoredBudget, call: PlannedCall, taken: Mapping[Window, Taken], held: Taken
) -> Admission | None:
    """What one budget has against a call: it is spent, or may be by what is held. Pure."""
    busy = False
    for window, limits in stored.budget.windows():
        of_run = window == "run"
        so_far = call.run_taken if of_run else taken.get(window, NOTHING)
        if (over := exceeded(limits, so_far, call.expected)) is not None:
            return Admission(spent=Spent(stored.scope, window, over))
        in_flight = call.run_held if of_run else held
        busy = busy or exceeded(limits, so_far, call.expected, held=in_flight) is not None
    return Admission(busy=True) if busy else None
