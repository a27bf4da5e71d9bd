"""Budgets as rows, held to by what the journals told, and by what calls in flight may take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luban.model.spending import (
    NOTHING,
    USER,
    Budget,
    Taken,
    Window,
    agent_scope,
    day_of,
    first_of_month,
)
from luban.model.values import decode, encode
from luban.ports.budgets import HOLD_SECONDS, Admission, ModelUse, PlannedCall, StoredBudget, judge
from luban.storage.sql.database import Database, Record, Session, find

FIND = "select * from budgets where owner = :owner and scope = :scope"
LIST = "select * from budgets where owner = :owner order by scope"
PUT = """
insert into budgets (owner, scope, data, updated_at) values (:owner, :scope, :data, :at)
on conflict (owner, scope) do update set data = excluded.data, updated_at = excluded.updated_at"""
DELETE = "delete from budgets where owner = :owner and scope = :scope"
ANY = "select 1 as one from budgets where owner = :owner and scope in (:user, :agent) limit 1"
# Writing them keeps every other call of this owner waiting until the transaction is over.
TAKE = """
update budgets set updated_at = updated_at
where owner = :owner and scope in (:user, :agent) returning scope, data, updated_at"""
USES = """
select agent, model, day, calls, input_tokens, output_tokens, usd, unpriced from model_use
where owner = :owner and day between :first and :last {of_agent}
order by day, agent, model"""
_SUMS = """
  cast(coalesce(sum(case when day >= :{since} then input_tokens + output_tokens else 0 end), 0)
    as bigint) as {window}_tokens,
  cast(coalesce(sum(case when day >= :{since} then usd else 0 end), 0)
    as double precision) as {window}_usd,
  cast(coalesce(sum(case when day >= :{since} then unpriced else 0 end), 0)
    as bigint) as {window}_unpriced"""
TAKEN = (
    "select"
    + ",".join(
        _SUMS.format(window=window, since=since)
        for window, since in (("day", "today"), ("month", "first"), ("total", "never"))
    )
    + "\nfrom model_use where owner = :owner and day >= :since {of_agent}"
)
HELD = """
select cast(coalesce(sum(tokens), 0) as bigint) as tokens,
  cast(coalesce(sum(usd), 0) as double precision) as usd,
  cast(coalesce(sum(unpriced), 0) as bigint) as unpriced
from model_holds where owner = :owner and until > :at {of_agent}"""
HOLD = """
insert into model_holds (owner, id, agent, tokens, usd, unpriced, until)
values (:owner, :id, :agent, :tokens, :usd, :unpriced, :until)"""
RELEASE = "delete from model_holds where owner = :owner and id = :id"
FORGET = "delete from model_holds where owner = :owner and until < :at"
_OF_AGENT = "and agent = :agent"


class SqlBudgetStore:
    """`BudgetStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, owner: str, scope: str) -> StoredBudget | None:
        row = await find(self._database, FIND, owner=owner, scope=scope)
        return None if row is None else _stored(row)

    async def list(self, owner: str) -> list[StoredBudget]:
        return [_stored(row) for row in await self._database.fetch(LIST, owner=owner)]

    async def put(self, owner: str, scope: str, budget: Budget, at: float) -> None:
        data = encode(budget.model_dump(exclude_none=True))
        async with self._database.transaction() as session:
            await session.execute(PUT, owner=owner, scope=scope, data=data, at=at)

    async def delete(self, owner: str, scope: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(DELETE, owner=owner, scope=scope) > 0

    async def uses(
        self, owner: str, first: int, last: int, agent: str | None = None
    ) -> Sequence[ModelUse]:
        named = {} if agent is None else {"agent": agent}
        statement = USES.format(of_agent=_OF_AGENT if named else "")
        rows = await self._database.fetch(statement, owner=owner, first=first, last=last, **named)
        return [ModelUse(*(row[name] for name in ModelUse._fields)) for row in rows]

    async def taken(self, owner: str, scope: str, day: int) -> Mapping[Window, Taken]:
        return await _taken(self._database, owner, scope, day, since=0)

    async def admit(self, call: PlannedCall, hold: str, at: float) -> Admission:
        named = {"owner": call.owner, "user": USER, "agent": agent_scope(call.agent)}
        if await find(self._database, ANY, **named) is None:
            return Admission()
        async with self._database.transaction() as session:
            rows = await session.fetch(TAKE, **named)
            for row in sorted(rows, key=lambda row: row["scope"]):
                budget = _stored(row)
                taken = await self._counted(session, call, budget, at)
                held = await _held(session, call, budget.scope, at)
                refused = judge(budget, call, taken, held)
                if refused is not None:
                    return refused
            if not rows:
                return Admission()
            await session.execute(FORGET, owner=call.owner, at=at)
            tokens, usd, unpriced = call.expected
            await session.execute(
                HOLD,
                owner=call.owner,
                id=hold,
                agent=call.agent,
                tokens=tokens,
                usd=usd,
                unpriced=unpriced,
                until=at + HOLD_SECONDS,
            )
        return Admission(hold)

    async def release(self, owner: str, hold: str) -> None:
        async with self._database.transaction() as session:
            await session.execute(RELEASE, owner=owner, id=hold)

    async def _counted(
        self, session: Session, call: PlannedCall, stored: StoredBudget, at: float
    ) -> Mapping[Window, Taken]:
        limited = {window for window, _ in stored.budget.windows()} - {"run"}
        if not limited:
            return {}
        today = day_of(at)
        since = today if limited == {"day"} else first_of_month(today)
        since = 0 if "total" in limited else since
        return await _taken(session, call.owner, stored.scope, today, since)


async def _taken(
    database: Database | Session, owner: str, scope: str, day: int, since: int
) -> Mapping[Window, Taken]:
    named: dict[str, Any] = {} if scope == USER else {"agent": scope.removeprefix(agent_scope(""))}
    statement = TAKEN.format(of_agent=_OF_AGENT if named else "")
    days = {"today": day, "first": first_of_month(day), "never": 0, "since": since}
    row = await find(database, statement, owner=owner, **days, **named)
    assert row is not None  # sums of nothing are a row too
    return {
        "day": Taken(row["day_tokens"], row["day_usd"], row["day_unpriced"]),
        "month": Taken(row["month_tokens"], row["month_usd"], row["month_unpriced"]),
        "total": Taken(row["total_tokens"], row["total_usd"], row["total_unpriced"]),
    }


async def _held(session: Session, call: PlannedCall, scope: str, at: float) -> Taken:
    named = {} if scope == USER else {"agent": call.agent}
    statement = HELD.format(of_agent=_OF_AGENT if named else "")
    row = await find(session, statement, owner=call.owner, at=at, **named)
    return NOTHING if row is None else Taken(row["tokens"], row["usd"], row["unpriced"])


def _stored(row: Record) -> StoredBudget:
    return StoredBudget(row["scope"], Budget.model_validate(decode(row["data"])), row["updated_at"])
