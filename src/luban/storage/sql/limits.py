"""The limits of providers as rows: one for each key, changed by one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from luban.model.values import decode, encode
from luban.ports.limits import LimitRow, Share
from luban.storage.sql.database import Database, Record, find

T = TypeVar("T")

KEPT = 86_400
"""Seconds after which a row that nobody changed is of no interest."""
# Writing the row first keeps every other process out until the transaction is over.
TAKE = """
insert into provider_limits (key, changed_at) values (:key, {now})
on conflict (key) do update set changed_at = excluded.changed_at
returning *"""
NOW = "select {now} as now"
READ = """
select *, {now} as now from provider_limits where changed_at > {now} - :kept"""
KEEP = """
update provider_limits set blocked_at = :blocked_at, blocked_until = :blocked_until,
  refused_rate = :refused_rate, requests = :requests, model_tokens = :model_tokens,
  refilled_at = :refilled_at, shares = :shares
where key = :key"""
FORGET = "delete from provider_limits where key = :key or changed_at < :long_ago"


class SqlLimitStore:
    """`LimitStore` over any `Database`, whose clock is the SQL expression `now`."""

    def __init__(
        self, database: Database, now: str, tell: Callable[[], None] | None = None
    ) -> None:
        self._database = database
        self._take, self._read = TAKE.format(now=now), READ.format(now=now)
        self._now = NOW.format(now=now)
        self._tell = tell
        self._hearers: list[Callable[[], None]] = []

    async def read(self) -> tuple[float, list[LimitRow]]:
        rows = await self._database.fetch(self._read, kept=KEPT)
        return (rows[0]["now"] if rows else 0.0), [_row(row) for row in rows]

    async def change(
        self, key: str, decide: Callable[[LimitRow, float], tuple[LimitRow | None, T]]
    ) -> T:
        async with self._database.transaction() as session:
            taken = await find(session, self._take, key=key)
            time = await find(session, self._now)  # only now: the row may have been waited for
            assert taken is not None and time is not None
            row, answer = decide(_row(taken), time["now"])
            if row is None:
                await session.execute(FORGET, key=key, long_ago=time["now"] - KEPT)
            else:
                values = row._asdict() | {"shares": _shares_text(row.shares)}
                await session.execute(KEEP, **values)
            return answer

    def tell(self) -> None:
        if self._tell is not None:
            self._tell()

    def on_news(self, heard: Callable[[], None]) -> None:
        self._hearers.append(heard)

    def told(self) -> None:
        """Another process told something."""
        for heard in self._hearers:
            heard()


def _row(row: Record) -> LimitRow:
    return LimitRow(
        key=row["key"],
        blocked_at=row["blocked_at"],
        blocked_until=row["blocked_until"],
        refused_rate=row["refused_rate"],
        requests=row["requests"],
        model_tokens=row["model_tokens"],
        refilled_at=row["refilled_at"],
        shares=_shares(row["shares"]),
    )


def _shares(content: bytes | None) -> Mapping[str, Share]:
    if content is None:
        return {}
    return {name: Share(*values) for name, values in decode(content).items()}


def _shares_text(shares: Mapping[str, Share]) -> bytes | None:
    return encode({name: list(share) for name, share in shares.items()}) if shares else None
