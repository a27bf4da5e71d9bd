"""What calls of models take, and the budgets that limit it. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from luban.model.graph import Limits, SpendLimits

DAY = 86_400
USER = "user"
"""The scope of what an owner uses with all agents together; that of one agent is `agent:ID`."""

Window = Literal["run", "day", "month", "total"]
Resource = Literal["tokens", "usd", "unpriced_calls"]


class Taken(NamedTuple):
    """Tokens, US dollars as far as prices are known, and the calls whose price is not."""

    tokens: int = 0
    usd: float = 0.0
    unpriced: int = 0

    def plus(self, tokens: int, usd: float | None) -> Taken:
        """With one more call."""
        return Taken(
            self.tokens + tokens, self.usd + (usd or 0.0), self.unpriced + (1 if usd is None else 0)
        )

    def added(self, other: Taken) -> Taken:
        return Taken(
            self.tokens + other.tokens, self.usd + other.usd, self.unpriced + other.unpriced
        )

    def most(self, other: Taken) -> Taken:
        """The larger of each."""
        return Taken(
            max(self.tokens, other.tokens),
            max(self.usd, other.usd),
            max(self.unpriced, other.unpriced),
        )

    def may_take(self, what: Resource) -> bool:
        """Whether a call that is expected to take this counts against such a limit."""
        if what == "tokens":
            return True
        return self.unpriced > 0 or (what == "usd" and self.usd > 0)

    def of(self, what: Resource) -> float:
        return self.unpriced if what == "unpriced_calls" else getattr(self, what)


NOTHING = Taken()


class Exceeded(NamedTuple):
    """A limit that leaves nothing for another call."""

    what: Resource
    taken: float
    limit: float


ANY = SpendLimits()  # pyright: ignore[reportCallIssue]
"""No limits."""


class Budget(BaseModel):
    """What an owner or an agent may take per run, per day and month (UTC), and in all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: SpendLimits = ANY
    day: SpendLimits = ANY
    month: SpendLimits = ANY
    total: SpendLimits = ANY

    def windows(self) -> list[tuple[Window, SpendLimits]]:
        """Those that limit anything."""
        each: list[tuple[Window, SpendLimits]] = [
            ("run", self.run),
            ("day", self.day),
            ("month", self.month),
            ("total", self.total),
        ]
        return [(name, limits) for name, limits in each if limits != ANY]


def agent_scope(agent: str) -> str:
    return f"agent:{agent}"


def exceeded(
    limits: SpendLimits | Limits, taken: Taken, call: Taken, *, held: Taken = NOTHING
) -> Exceeded | None:
    """The first limit that what was taken, and what is held, leaves nothing of for a call.

    Only what the call may take itself matters: one that is known to be free passes a limit of
    money. One whose price is unknown does not.
    """
    for what in ("tokens", "usd", "unpriced_calls"):
        limit = getattr(limits, what)
        if limit is None or not call.may_take(what):
            continue
        used = taken.of(what)
        if used + held.of(what) >= limit:
            return Exceeded(what, used, limit)
    return None


def read_usage(usage: Mapping[str, Any]) -> Taken:
    """A usage of a journal, also of an older one, which took an unknown price for 0."""
    return Taken(
        int(usage.get("tokens") or 0),
        float(usage.get("usd") or 0.0),
        int(usage.get("unpriced") or 0),
    )


def known_usd(usd: float, unpriced: int) -> float | None:
    """The money that is known to be spent; `None` when nothing is known of it."""
    return None if unpriced and not usd else usd


def day_of(at: float) -> int:
    """The day of a moment: days since 1970-01-01, UTC."""
    return int(at // DAY)


def first_of_month(day: int) -> int:
    """The first day of the month that a day is in."""
    return day - time.gmtime(day * DAY).tm_mday + 1
