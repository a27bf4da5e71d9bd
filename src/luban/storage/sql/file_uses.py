"""Whether anything stored still speaks of a file: looked for in every column that could hold it.

A reference is `{"$file": "f_…"}` wherever it stands, so whatever holds no `$file` is passed over at
the speed of reading. Tables are found in the database itself: one that comes later is looked
through without being named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from luban.model.values import FILE_KEY
from luban.ports.files import StoredFile
from luban.storage.sql.database import Database

# A run that is being deleted has no owner any more.
OF_GONE_RUNS = """
select * from files where workspace = '' and run <> '' and created_at < :before
  and (created_at > :after_at or (created_at = :after_at and id > :after_id))
  and not exists (select 1 from runs where runs.id = files.run and runs.owner <> '')
order by created_at, id limit :limit"""
_NOT_LOOKED_THROUGH = frozenset(
    {"files", "file_usage", "replies", "sessions", "workers", "audit", "provider_limits", "shares"}
)
_NO_TOTAL = "select 0 as total"
_TEXTUAL = ("blob", "bytea", "text", "json")


class FileUses(Protocol):
    """How a kind of database is asked for what speaks of files."""

    of_gone_runs: str

    async def among(self, database: Database, files: Sequence[StoredFile]) -> set[str]:
        """The ids of those that something refers to."""
        ...


class Dialect(Protocol):
    """What a kind of database says in its own way."""

    columns: str
    """Rows of `table`, `column` and `type` of everything there is."""
    holds_bytes: str
    """Whether the bytes `{column}` hold `{text}`."""
    holds_text: str
    """Whether the text `{column}` holds `{text}`."""


class SqlFileUses:
    """`FileUses` of the databases."""

    of_gone_runs = OF_GONE_RUNS

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._statements: list[str] = []

    async def among(self, database: Database, files: Sequence[StoredFile]) -> set[str]:
        await self._look(database)
        left, used = [file.id for file in files], set[str]()
        for statement in self._statements:
            if not left:
                break
            names = {_name(place): file_id for place, file_id in enumerate(left)}
            listed = " union all ".join(f"select cast(:{name} as text) as id" for name in names)
            found = await database.page(
                statement.replace("@ids", listed), _NO_TOTAL, limit=len(left), offset=0, **names
            )
            used |= {row["id"] for row in found.rows}
            left = [file_id for file_id in left if file_id not in used]
        return used

    async def _look(self, database: Database) -> None:
        """Finds out which columns may hold a reference."""
        if self._statements:
            return
        rows = await database.fetch(self._dialect.columns)
        for row in sorted(rows, key=lambda row: (row["table"], row["column"])):
            table, column, kind = row["table"], row["column"], row["type"].lower()
            if table in _NOT_LOOKED_THROUGH or not any(each in kind for each in _TEXTUAL):
                continue
            binary = "blob" in kind or "bytea" in kind
            holds = self._dialect.holds_bytes if binary else self._dialect.holds_text
            self._statements.append(_statement(table, column, holds))


def _name(place: int) -> str:
    """The name of a value; statements have names of letters only."""
    return f"id_{chr(ord('a') + place // 26)}{chr(ord('a') + place % 26)}"


def _statement(table: str, column: str, holds: str) -> str:
    marked = holds.format(column=f't."{column}"', text=f"'{FILE_KEY}'")
    named = holds.format(column="marked.held", text="wanted.id")
    return f"""
with wanted as (@ids),
marked as materialized (select t."{column}" as held from "{table}" t where {marked})
select wanted.id as id from wanted where exists (select 1 from marked where {named})
order by wanted.id limit :limit offset :offset"""
