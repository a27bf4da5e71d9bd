"""What steps really did, noted outside of the database at the moment they did it."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

_RECORDED = """
select count(*) from journal where run = (select seq from runs where id = $1)
  and ((node = $2 and iteration = $3 and (kind in ('step_finished', 'step_failed')
      or (kind = 'attempt_failed' and cast({data} ->> 'attempt' as integer) >= $4)))
    or (node = $5 and iteration = $6 and (kind in ('step_finished', 'step_failed')
      or (kind = 'child_finished' and {data} ->> 'key' = $7)
      or (kind = 'attempt_failed' and cast({data} ->> 'attempt' as integer) >= $4))))"""


class Note(NamedTuple):
    """One execution of a step; `recorded` says that its result stood in the journal before."""

    block: str
    key: str
    attempt: int
    process: int
    recorded: bool
    value: Any


class Ledger:
    """A file that every process appends to; what was written survives the writer's death.

    With the address of a database, it asks there whether what is noted had been recorded.
    """

    def __init__(self, path: Path, database: str | None = None) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._journal: _Sqlite | _Postgres | None = None
        if database is not None:
            self._journal = _Postgres(database) if "://" in database else _Sqlite(database)

    def note(self, block: str, key: str, attempt: int, value: Any = None) -> None:
        """Asks the journal whether this attempt may still be made, and notes the answer."""
        run, rest = key.split("/", 1)
        node, iteration = rest.rsplit("/", 1)
        parent, parent_iteration, child = _above(node)
        recorded = self._journal is not None and self._journal.has(
            run, node, int(iteration), attempt, parent, parent_iteration, child
        )
        note = Note(block, key, attempt, os.getpid(), recorded, value)
        os.write(self._file, json.dumps(note).encode() + b"\n")

    @staticmethod
    def read(path: Path) -> list[Note]:
        return [Note(*json.loads(line)) for line in path.read_text().splitlines()]


def _above(node: str) -> tuple[str, int, str]:
    """Of a block called by another: the caller, its iteration, and the key of the call."""
    parent, colon, child = node.rpartition(":")
    if not colon:
        return "", 0, ""
    path, at, iteration = parent.rpartition("@")
    return (path, int(iteration), child) if at else (parent, 0, child)


class _Sqlite:
    def __init__(self, path: str) -> None:
        self._line = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._question = _RECORDED.format(data="data").replace("$", "?")

    def has(self, *asked: Any) -> bool:
        return bool(self._line.execute(self._question, asked).fetchone()[0])


class _Postgres:
    """Asks over a connection in a thread of its own, as steps note what they do in between."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        connecting = asyncpg.connect(url, loop=self._loop)
        self._line = asyncio.run_coroutine_threadsafe(connecting, self._loop).result()
        self._question = _RECORDED.format(data="convert_from(data, 'UTF8')::json")

    def has(self, *asked: Any) -> bool:
        asking = self._line.fetchval(self._question, *asked)
        return bool(asyncio.run_coroutine_threadsafe(asking, self._loop).result())
