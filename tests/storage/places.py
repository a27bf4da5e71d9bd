"""The kinds of storage the contract is held against; one more joins by one more class here."""

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
from luban.storage import postgres
from luban.storage.files.records import FileRecords
from luban.storage.memory import MemoryDatabase, Tables
from luban.storage.sqlite import open_database
from tests.databases import command

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

    async def open(self) -> Store:
        """What another process would see: the same records, a worker of its own."""
        ...

    async def die_holding(self, run: str) -> str:
        """A process claims the run, journals `STEP`, and is killed; its worker's id."""
        ...


class MemoryPlace:
    def __init__(self) -> None:
        self.tables = Tables()

    async def open(self) -> MemoryDatabase:
        return MemoryDatabase(self.tables)

    async def die_holding(self, run: str) -> str:
        store = await self.open()
        worker = await store.queue.register()
        await claim_and_step(store, run)
        store.queue.vanish()
        return worker


class SqlitePlace:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "luban.db"

    async def open(self) -> Store:
        return open_database(self.path)

    async def die_holding(self, run: str) -> str:
        return await _killed(str(self.path), run)


class PostgresPlace:
    """Those who are to die have a short lease, so that they are soon known to be dead."""

    SHORT_LEASE = 0.5

    def __init__(self, url: str) -> None:
        self.url = url

    async def open(self) -> Store:
        return await postgres.open_database(self.url)

    async def die_holding(self, run: str) -> str:
        worker = await _killed(self.url, run)
        while not await command(self.url, _OVER, int(worker), postgres.DEFAULT_LEASE):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return worker


_OVER = """
select id from workers where id = $1 and lease < extract(epoch from clock_timestamp())
  and pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => $2)"""


async def _killed(where: str, run: str) -> str:
    """A real process and a real SIGKILL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.storage.doomed",
        where,
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
