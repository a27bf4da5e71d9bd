"""SQLite files of people and of this machine, only ever read."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from luban.model.values import encode
from luban.ports.databases import SqliteFile, SqlPart, Statement
from luban.storage.outside.errors import (
    NotASqliteFile,
    PathForbidden,
    SqlFailed,
    SqlReadOnly,
    SqlTimedOut,
)
from luban.storage.outside.plain_values import as_json, told_apart

_AT_ONCE = 200
_LONGEST = 50_000_000
_STEPS = 2_000
"""Steps of SQLite's machine between two looks at the clock: well under a millisecond."""
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_NEVER = frozenset(
    ("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "zipfile", "fsdir")
)
_FACTS = frozenset(
    {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"}
)
"""Pragmas that only tell something, whatever they are given."""


class SqliteClient:
    """Reads copies of stored files, and files in the folders that an administrator allows."""

    def __init__(self, allowed: Sequence[Path]) -> None:
        self._allowed = tuple(path.expanduser().resolve() for path in allowed)

    async def read(
        self,
        file: SqliteFile,
        statement: Statement,
        values: Mapping[str, Any],
        seconds: float,
        most: int,
    ) -> AsyncIterator[SqlPart]:
        if file.content is None:
            path = self._allowed_path(file.name)
            part = await asyncio.to_thread(_read, path, file.name, statement, values, seconds, most)
        else:
            with tempfile.TemporaryDirectory(prefix="luban-sqlite-") as folder:
                path = Path(folder) / "copy.db"
                await _write(path, file.content)
                part = await asyncio.to_thread(
                    _read, path, file.name, statement, values, seconds, most
                )
        for start in range(0, len(part.rows) or 1, _AT_ONCE):
            yield part._replace(rows=part.rows[start : start + _AT_ONCE])

    def _allowed_path(self, text: str) -> Path:
        """With links followed: where it leads is what counts."""
        try:
            path = Path(text).expanduser().resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            path = None
        inside = path is not None and any(path.is_relative_to(each) for each in self._allowed)
        if path is None or not inside or not path.is_file():
            raise PathForbidden(path=text)  # whether it is there is nobody's business
        return path


async def _write(path: Path, content: AsyncIterator[bytes]) -> None:
    with path.open("wb") as file:
        async for piece in content:
            await asyncio.to_thread(file.write, piece)


def _read(
    path: Path,
    name: str,
    statement: Statement,
    values: Mapping[str, Any],
    seconds: float,
    most: int,
) -> SqlPart:
    until = time.monotonic() + seconds
    try:
        with _opened(path, until) as connection:
            given = {each: _argument(values[each]) for each in statement.names}
            cursor = connection.execute(statement.text(lambda _, name: f":{name}"), given)
            columns = told_apart(each[0] for each in cursor.description or ())
            rows = [tuple(map(as_json, row)) for row in cursor.fetchmany(most)]
            return SqlPart(columns, rows)
    except sqlite3.DatabaseError as error:
        raise _meant(error, name, seconds, until) from error
    except OverflowError as error:
        raise SqlFailed(cause=str(error)) from error


@contextmanager
def _opened(path: Path, until: float) -> Iterator[sqlite3.Connection]:
    address = f"file:{quote(str(path))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        # The file is somebody's: what its own views and indexes call is not trusted either.
        connection.execute("pragma trusted_schema = off")
        connection.execute("pragma cell_size_check = on")
        connection.execute("pragma mmap_size = 0")
        connection.execute("pragma query_only = on")
        connection.execute("pragma busy_timeout = 2000")
        connection.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS)
        connection.set_authorizer(_judge)
        yield connection


def _judge(action: int, first: str | None, second: str | None, *_: Any) -> int:
    """What a statement wants to do, asked by SQLite while it is compiled."""
    if action in _ALLOWED:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if (second or "").lower() in _NEVER else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _FACTS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _argument(value: Any) -> Any:
    return encode(value).decode() if isinstance(value, (list, dict)) else value


def _meant(error: sqlite3.Error, name: str, seconds: float, until: float) -> Exception:
    code = getattr(error, "sqlite_errorname", "") or ""
    if code == "SQLITE_INTERRUPT" and time.monotonic() > until:
        return SqlTimedOut(seconds=seconds)
    if code in ("SQLITE_AUTH", "SQLITE_READONLY"):
        return SqlReadOnly(cause=str(error))
    if code in ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_CANTOPEN"):
        return NotASqliteFile(name=name, cause=str(error))
    return SqlFailed(cause=str(error))
