"""The kinds of storage the contract is held against; PostgreSQL joins by one more class here."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Protocol

from luban.model.events import StepFinished, to_row
from luban.ports.journal import Journal, RunQueue
from luban.ports.stores import AgentStore, ReplyStore, RunStore, StateStore
from luban.storage.files.records import FileRecords
from luban.storage.memory import MemoryDatabase, Tables
from luban.storage.sqlite import open_database

STEP = StepFinished("first", 0, 1, [["out", "kept"]], 1.0, 0.5)


class Store(Protocol):
    """What every database gives."""

    @property
    def journal(self) -> Journal: ...
    @property
    def queue(self) -> RunQueue: ...
    @property
    def agents(self) -> AgentStore: ...
    @property
    def runs(self) -> RunStore: ...
    @property
    def state(self) -> StateStore: ...
    @property
    def replies(self) -> ReplyStore: ...
    @property
    def file_records(self) -> FileRecords: ...

    async def close(self) -> None: ...


class Place(Protocol):
    """One storage that several processes use."""

    def open(self) -> Store:
        """What another process would see: the same records, a worker of its own."""
        ...

    async def die_holding(self, run: str) -> str:
        """A process claims the run, journals `STEP`, and is killed; its worker's id."""
        ...


class MemoryPlace:
    def __init__(self) -> None:
        self.tables = Tables()

    def open(self) -> MemoryDatabase:
        return MemoryDatabase(self.tables)

    async def die_holding(self, run: str) -> str:
        store = self.open()
        worker = await store.queue.register()
        await claim_and_step(store, run)
        store.queue.vanish()
        return worker


class SqlitePlace:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "luban.db"

    def open(self) -> Store:
        return open_database(self.path)

    async def die_holding(self, run: str) -> str:
        """A real process and a real SIGKILL."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.storage.doomed",
            str(self.path),
            run,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        worker = (await process.stdout.readline()).decode().strip()
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        return worker


async def claim_and_step(store: Store, run: str) -> None:
    (claimed,) = await store.queue.claim(1, only=run)
    assert claimed.id == run
    await store.journal.commit([to_row(run, STEP)], [])
