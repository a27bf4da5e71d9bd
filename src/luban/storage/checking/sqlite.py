"""A SQLite file, looked at while others use it."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from luban.model.errors import LubanError
from luban.model.events import KINDS
from luban.storage.backup.sqlite import no_database
from luban.storage.checking.flaws import Flaw, flaw
from luban.storage.checking.records import SHOWN, check_records, files_there
from luban.storage.errors import DatabaseDamaged, NotADatabase
from luban.storage.migrations import revisions
from luban.storage.sqlite.opening import stored_revision

# Nothing in the file itself tells that a page holds the bytes of another time.
_MORE = {
    "event_unreadable": f"""
select journal.id as event, coalesce(runs.id, '?') as run
from journal left join runs on runs.seq = journal.run
where journal.blob is null and not readable(journal.kind, journal.data)
order by journal.id limit {SHOWN}""",
    "payload_changed": f"""
select coalesce(runs.id, '?') as run from blobs left join runs on runs.seq = blobs.run
where sha256(blobs.data) <> blobs.hash limit {SHOWN}""",
}


async def check_sqlite(path: Path, home: Path) -> list[Flaw]:
    """Everything found wrong, at one instant. Raises `NotFound`, `DatabaseIsNewer`."""
    try:
        revision = stored_revision(path)
    except (DatabaseDamaged, NotADatabase) as error:
        return [_damaged(error)]
    if revision is None:
        raise no_database(path)
    there = files_there(home)
    try:
        with closing(_opened(path)) as connection:
            connection.execute("begin")
            found = _integrity(connection, path)
            if found:
                return found  # what a damaged file answers to more means nothing
            if revision != revisions()[-1]:
                return [flaw("behind", place=path, found=revision, head=revisions()[-1])]

            async def ask(statement: str) -> list[dict[str, Any]]:
                return [dict(row) for row in connection.execute(statement)]

            return await check_records(ask, home, there, _MORE)
    except sqlite3.DatabaseError as error:
        return [flaw("damaged", place=path, cause=error)]


def _integrity(connection: sqlite3.Connection, path: Path) -> list[Flaw]:
    found = [row[0] for row in connection.execute(f"pragma integrity_check({SHOWN})")]
    # What is found is told in several lines under a heading.
    lines = [line for each in found if each != "ok" for line in each.splitlines()]
    loose = connection.execute("pragma foreign_key_check").fetchmany(SHOWN)
    lines += [f"a row of {row[0]} refers to a missing row of {row[2]}" for row in loose]
    return [flaw("damaged", place=path, cause=line) for line in lines]


def _opened(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path))}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=5, isolation_level=None)
    connection.execute("pragma query_only = 1")
    connection.row_factory = sqlite3.Row
    connection.create_function("readable", 2, _readable, deterministic=True)
    connection.create_function("sha256", 1, _sha256, deterministic=True)
    return connection


def _readable(kind: str, data: bytes | None) -> bool:
    """Whether an event is a JSON object; what a later version calls it is not ours to judge."""
    try:
        return kind not in KINDS or isinstance(orjson.loads(data or b""), dict)
    except orjson.JSONDecodeError:
        return False


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _damaged(error: LubanError) -> Flaw:
    return Flaw("damaged", str(error), error.message_zh)
