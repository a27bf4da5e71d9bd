"""What steps really did, noted outside of the database at the moment they did it."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from luban.sdk import Context

_RECORDED = """
select count(*) from journal where run = (select seq from runs where id = ?)
  and node = ? and iteration = ? and (kind in ('step_finished', 'step_failed')
    or (kind = 'attempt_failed' and cast(data ->> 'attempt' as integer) >= ?))"""


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

    With a database file, it asks there whether what is noted had been recorded.
    """

    def __init__(self, path: Path, database: Path | None = None) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._database = (
            None if database is None else sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        )

    def note(self, block: str, ctx: Context, value: Any = None) -> None:
        """Asks the journal whether this attempt may still be made, and notes the answer."""
        run, rest = ctx.idempotency_key.split("/", 1)
        node, iteration = rest.rsplit("/", 1)
        recorded = self.recorded(run, node, int(iteration), ctx.attempt)
        note = Note(block, ctx.idempotency_key, ctx.attempt, os.getpid(), recorded, value)
        os.write(self._file, json.dumps(note).encode() + b"\n")

    def recorded(self, run: str, node: str, iteration: int, attempt: int) -> bool:
        """Whether the journal has the result of this attempt, or of a later one."""
        if self._database is None:
            return False
        asked = (run, node, iteration, attempt)
        return bool(self._database.execute(_RECORDED, asked).fetchone()[0])

    @staticmethod
    def read(path: Path) -> list[Note]:
        return [Note(*json.loads(line)) for line in path.read_text().splitlines()]
