"""Connections on which nothing is seen but what belongs to the owner a statement names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from luban.storage.postgres.address import Address
from luban.storage.postgres.failures import FAILED, translate
from luban.storage.postgres.fence import SETTING
from luban.storage.postgres.pool import PATIENCE, PostgresPool, Transaction
from luban.storage.postgres.statements import numbered
from luban.storage.sql.database import Paged, Record

_ACT_FOR = f"select set_config('{SETTING}', $1, false)"
_ACT_FOR_NOW = f"select set_config('{SETTING}', $1, true)"
NOBODY = ""


class OwnedPool(PostgresPool):
    """`Database` for what is done for one owner: the value `owner` of a statement says for whom.

    A connection stays with the owner it was last used for, which spares most statements a round
    trip; whoever takes it next says first who they are, and who names no owner sees nothing.
    """

    def __init__(self, address: Address, role: str) -> None:
        super().__init__(address, {"role": role})

    def transaction(self) -> OwnedTransaction:
        return OwnedTransaction(self)

    async def ask(
        self, statement: str, values: dict[str, Any], patience: float = PATIENCE
    ) -> list[Record]:
        async def read() -> list[Record]:
            async with self._line_of(values) as line:
                return await _fetch(line, statement, values)

        return await self.patiently(read, patience)

    async def once(self, statement: str, /, **values: Any) -> list[Record]:
        try:
            async with self._line_of(values) as line:
                return await _fetch(line, statement, values)
        except FAILED as error:
            raise translate(error, self.place) from error

    async def page(
        self, items: str, total: str, /, *, limit: int, offset: int, **values: Any
    ) -> Paged:
        async def read() -> Paged:
            async with (
                self._line_of(values) as line,
                line.transaction(isolation="repeatable_read", readonly=True),
            ):
                part = {**values, "limit": limit, "offset": offset}
                rows = await _fetch(line, items, part)
                return Paged(rows, (await _fetch(line, total, values))[0]["total"])

        return await self.patiently(read)

    @asynccontextmanager
    async def _line_of(self, values: Mapping[str, Any]) -> AsyncIterator[Any]:
        async with self._pool.acquire() as line:
            owner = values.get("owner", NOBODY)
            if line.acts_for.owner != owner:
                line.acts_for.owner = None  # unknown, should this be cut off
                await line.execute(_ACT_FOR, owner)
                line.acts_for.owner = owner
            yield line


class OwnedTransaction(Transaction):
    """Ends with what it said about its owner."""

    __slots__ = ("_owner",)

    def __init__(self, pool: OwnedPool) -> None:
        super().__init__(pool)
        self._owner: str | None = None

    async def fetch(self, statement: str, /, **values: Any) -> list[Record]:
        await self._act_for(values)
        return await super().fetch(statement, **values)

    async def execute(self, statement: str, /, **values: Any) -> int:
        await self._act_for(values)
        return await super().execute(statement, **values)

    async def execute_many(self, statement: str, values: Sequence[dict[str, Any]], /) -> None:
        if values:
            await self._act_for(values[0])
        await super().execute_many(statement, values)

    async def _act_for(self, values: Mapping[str, Any]) -> None:
        owner = values.get("owner", self._owner or NOBODY)
        if owner != self._owner:
            await self._line.execute(_ACT_FOR_NOW, owner)
            self._owner = owner


async def _fetch(line: Any, statement: str, values: dict[str, Any]) -> list[Record]:
    made = numbered(statement)
    return await line.fetch(made.text, *made.arguments(values))
