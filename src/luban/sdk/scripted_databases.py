"""Databases that answer what a test tells them to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from luban.sdk.databases import RedisServer, SqliteFile, SqlPart, SqlServer, Statement
from luban.sdk.errors import BlockError

Told = Mapping[str, Any] | Exception
"""What a statement answers: `columns`, `rows` and `affected`; or what it raises."""


class ScriptedDatabases:
    """`sql` by statement, `redis` by command with spaces between; anything else is an error.

    `asked` keeps what was asked: the statement with the values, and the words of commands.
    """

    def __init__(
        self, sql: Mapping[str, Told] | None = None, redis: Mapping[str, Any] | None = None
    ) -> None:
        self._sql = dict(sql or {})
        self._redis = dict(redis or {})
        self.asked: list[tuple[Any, ...]] = []

    async def read(
        self,
        place: SqlServer | SqliteFile,
        statement: Statement,
        values: Mapping[str, Any],
        *,
        seconds: float,
        most: int,
    ) -> AsyncIterator[SqlPart]:
        part = self._answer(statement, values)
        yield part._replace(rows=part.rows[:most])

    async def write(
        self,
        server: SqlServer,
        statement: Statement,
        sets: Sequence[Mapping[str, Any]],
        *,
        seconds: float,
        most: int,
    ) -> SqlPart:
        parts = [self._answer(statement, each) for each in sets]
        rows = [row for part in parts for row in part.rows]
        return SqlPart(parts[0].columns, rows[:most], sum(part.affected for part in parts))

    async def redis(self, server: RedisServer, *words: str | bytes | int | float) -> Any:
        said = " ".join(word.decode() if isinstance(word, bytes) else str(word) for word in words)
        self.asked.append((said,))
        if said not in self._redis:
            raise BlockError(f"The test has no answer for the command `{said}`.")
        told = self._redis[said]
        if isinstance(told, Exception):
            raise told
        return told.encode() if isinstance(told, str) else told

    def _answer(self, statement: Statement, values: Mapping[str, Any]) -> SqlPart:
        text = statement.text(lambda _, name: f":{name}")
        self.asked.append((text, dict(values)))
        told = self._sql.get(text)
        if told is None:
            raise BlockError(f"The test has no answer for the statement `{text}`.")
        if isinstance(told, Exception):
            raise told
        rows = [tuple(row) for row in told.get("rows", ())]
        return SqlPart(tuple(told.get("columns", ())), rows, told.get("affected", 0))
