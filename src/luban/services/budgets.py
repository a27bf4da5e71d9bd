"""What models took, and the budgets that limit it, of an owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from luban.model.errors import InvalidValue, NotFound
from luban.model.spending import USER, Budget, Taken, Window, agent_scope, day_of, known_usd
from luban.ports.budgets import BudgetStore, ModelUse, StoredBudget
from luban.ports.clock import Clock
from luban.services.agents import Agents

By = Literal["day", "agent", "model"]
_LONGEST = 3_700
"""Days that one question may be about."""


class UsedBudget(NamedTuple):
    """A budget, what was taken of it, and the name of its agent, empty for that of the owner."""

    stored: StoredBudget
    taken: dict[Window, Taken]
    agent_name: str


class Usage(NamedTuple):
    """What one day, agent or model took, or all of them; `usd` is `None` while nothing is known."""

    key: str
    title: str
    calls: int
    input_tokens: int
    output_tokens: int
    usd: float | None
    unpriced: int


class UsageReport(NamedTuple):
    """What was taken from one day to another (since 1970-01-01, UTC), both included."""

    first: int
    last: int
    rows: list[Usage]
    total: Usage


class Budgets:
    """The account of an owner."""

    def __init__(self, store: BudgetStore, agents: Agents, clock: Clock) -> None:
        self._store = store
        self._agents = agents
        self._clock = clock

    async def list(self, owner: str) -> list[UsedBudget]:
        """With what was taken so far."""
        return [await self._used(owner, stored) for stored in await self._store.list(owner)]

    async def put(self, owner: str, scope: str, budget: Budget) -> UsedBudget:
        """Makes or replaces one; runs that wait at it must be resumed.

        Raises `InvalidValue` for a scope that is neither `user` nor `agent:ID`, and `NotFound` for
        an agent that is not there.
        """
        agent = scope.removeprefix(agent_scope(""))
        if scope != USER and agent == scope:
            raise InvalidValue(
                name="scope",
                value=scope,
                expected="it must be `user` or `agent:` and the id of an agent",
                expected_zh="必须是 `user`，或 `agent:` 加智能体 id",
            )
        if scope != USER:
            await self._agents.get(owner, agent)
        await self._store.put(owner, scope, budget, self._clock.now())
        stored = await self._store.find(owner, scope)
        assert stored is not None  # just put
        return await self._used(owner, stored)

    async def delete(self, owner: str, scope: str) -> None:
        """Raises `NotFound`."""
        if not await self._store.delete(owner, scope):
            raise NotFound(
                what="budget",
                what_zh="预算",
                name=scope,
                way_out="`luban budget list` shows those there are.",
                way_out_zh="`luban budget list` 会列出现有的预算。",
            )

    async def uses(
        self, owner: str, first: int, last: int, agent: str | None = None
    ) -> Sequence[ModelUse]:
        return await self._store.uses(owner, first, last, agent)

    async def report(
        self, owner: str, by: By, first: int | None = None, last: int | None = None
    ) -> UsageReport:
        """The last 30 days unless said otherwise, days in order, else the most first.

        Raises `InvalidValue` for days that are in the wrong order or too many.
        """
        last = day_of(self._clock.now()) if last is None else last
        first = last - 29 if first is None else first
        if not 0 <= last - first <= _LONGEST:
            raise InvalidValue(
                name="since",
                value=first,
                expected=f"it must lie before `until`, by at most {_LONGEST} days",
                expected_zh=f"必须早于 `until`，且最多相隔 {_LONGEST} 天",
            )
        uses = await self._store.uses(owner, first, last)
        groups: dict[str, list[ModelUse]] = {}
        for use in uses:
            groups.setdefault(str(getattr(use, by)), []).append(use)
        rows = [_sum(name, group) for name, group in groups.items()]
        if by == "agent":
            rows = [row._replace(title=await self._name(owner, row.key)) for row in rows]
        if by != "day":
            rows.sort(key=lambda row: (-(row.usd or 0.0), -row.input_tokens - row.output_tokens))
        return UsageReport(first, last, rows, _sum("", uses))

    async def _used(self, owner: str, stored: StoredBudget) -> UsedBudget:
        taken = await self._store.taken(owner, stored.scope, day_of(self._clock.now()))
        agent = "" if stored.scope == USER else stored.scope.removeprefix(agent_scope(""))
        return UsedBudget(stored, dict(taken), await self._name(owner, agent) if agent else "")

    async def _name(self, owner: str, agent: str) -> str:
        """What an agent is called; its id when it is gone."""
        try:
            return (await self._agents.get(owner, agent)).name
        except NotFound:
            return agent


def _sum(key: str, uses: Sequence[ModelUse]) -> Usage:
    unpriced = sum(use.unpriced for use in uses)
    return Usage(
        key,
        key,
        sum(use.calls for use in uses),
        sum(use.input_tokens for use in uses),
        sum(use.output_tokens for use in uses),
        known_usd(sum(use.usd for use in uses), unpriced),
        unpriced,
    )
