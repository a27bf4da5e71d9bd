"""Installations on SQLite and PostgreSQL with something of everything in them."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, NamedTuple

from luban.model.events import RunEnded, StepFinished, to_row
from luban.model.run import RunStatus
from luban.ports.journal import RunChange
from luban.ports.search_index import Document, Place
from luban.ports.tables import Origin
from luban.server.database import database_path
from luban.server.settings import Settings
from luban.storage import postgres, sqlite
from luban.storage.backup.postgres import postgres_snapshot
from luban.storage.backup.sqlite import sqlite_snapshot
from luban.storage.files import DiskBytes, StoredFiles
from luban.storage.postgres.address import is_postgres, parse
from tests.storage.drafts import OWNER, agent, draft

LARGE = "x" * 40_000


Install = Callable[[str], Awaitable[Settings]]
"""Makes an empty installation with a home of its own, on `sqlite` or `postgres`."""


class Filled(NamedTuple):
    """What was stored."""

    file_id: str
    content: bytes


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Any]:
    """The database as a server has it."""
    if is_postgres(settings.database_url):
        database: Any = await postgres.open_database(settings.database_url)
    else:
        database = sqlite.open_database(database_path(settings))
    try:
        yield database
    finally:
        await database.close()


async def fill(settings: Settings) -> Filled:
    """An agent, a version, a run that ended, one that waits, one under way, files, a key."""
    async with opened(settings) as database:
        await database.agents.create(agent(document={"nodes": {}, "name": "鲁班"}))
        await database.agents.add_version(OWNER, "a_1", {"nodes": {"a": {}}}, "digest", 1.5)
        for number in (1, 2, 3):
            await database.runs.create(draft(f"r_{number}", inputs={"n": number}))
        await database.queue.register()
        await database.queue.claim(2)
        await database.journal.commit(
            [
                to_row("r_1", StepFinished("a", 0, 1, [["out", LARGE]], 1.0, 0.5)),
                to_row("r_1", RunEnded("completed", {}, None, [], 2.0)),
            ],
            [RunChange("r_1", RunStatus.COMPLETED, 1, 2.0, {"out": 1})],
        )
        await database.journal.commit(
            [to_row("r_2", StepFinished("a", 0, 1, [["out", 1]], 1.0, 0.5))], []
        )
        await database.state.set(OWNER, "a_1", "seen", [1, 2.5, None])
        await database.state.update(OWNER, "a_1", "n", lambda seen: 1, once="once")
        await database.rows.append(OWNER, "日志", [{"n": 1}], Origin(3.0, "r_1", "a", "once"), 9)
        text = Document("鲁班造桥 with a saw", "d_1", {"by": "李"}, [3.0, 4.0])
        await database.index.add(Place(OWNER, "agent:a_1", "notes"), [text], {"run": "r_1"}, 3.0)
        await database.replies.save(OWNER, "key", 201, b"\xff\x00 no text", "print", 3.0)
        content = bytes(range(256)) * 5000
        file = await StoredFiles(DiskBytes(settings.home / "files"), database).put(
            OWNER, "data.bin", None, _pieces(content)
        )
        keys = settings.home / "keys"
        keys.mkdir(exist_ok=True)
        (keys / "main.key").write_bytes(b"secret")
        # The worker is not taken off: as in a server that goes on, or was killed.
        database.queue._holding.worker = None
        return Filled(file.id, content)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def everything(settings: Settings) -> dict[str, list[Any]]:
    """Every row of every table that is backed up, in the order of its text."""
    found: dict[str, list[Any]] = {}

    async def read(snapshot: Any) -> None:
        for table in snapshot.tables:
            rows: list[Any] = []
            await snapshot.read(table, lambda row, rows=rows: rows.append(tuple(row)))
            found[table.name] = sorted(rows, key=repr)

    if is_postgres(settings.database_url):
        async with postgres_snapshot(parse(settings.database_url)) as snapshot:
            await read(snapshot)
    else:
        with sqlite_snapshot(database_path(settings)) as snapshot:
            await read(snapshot)
    return found


def tear_page(path: Path, table: str) -> None:
    """Overwrites the last page of a table's tree, as a disk does that lost what it was given."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        size = connection.execute("pragma page_size").fetchone()[0]
        (root,) = connection.execute(
            "select rootpage from sqlite_master where name = ?", (table,)
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        page = file.read(size)
        if page[0] == 5:  # an inner page: its rightmost child holds the newest rows
            root = int.from_bytes(page[8:12])
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)


async def run_rows(settings: Settings) -> dict[str, str]:
    """The status of every run."""
    async with opened(settings) as database:
        return {
            name: (await database.runs.find(OWNER, name)).status.value
            for name in ("r_1", "r_2", "r_3")
        }
