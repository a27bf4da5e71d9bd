"""The kinds of storage the contract is held against; one more joins by one more class here."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Protocol

from luban.model.events import StepFinished, to_row
from luban.model.run import RunDraft
from luban.ports.budgets import BudgetStore
from luban.ports.journal import Journal, RunQueue
from luban.ports.models import ModelRows
from luban.ports.people import SessionStore, TeamStore, UserStore
from luban.ports.proposals import ProposalStore
from luban.ports.providers import ProviderStore
from luban.ports.search_index import SearchIndex
from luban.ports.sharing import LinkStore
from luban.ports.stores import AgentStore, ReplyStore, RunStore, StateStore
from luban.ports.tables import TableStore
from luban.ports.threads import ThreadStore
from luban.ports.tool_servers import ToolServerStore
from luban.ports.vault import CredentialStore, SealedRecords
from luban.storage import postgres
from luban.storage.files.records import FileRecords
from luban.storage.memory import MemoryDatabase, Tables
from luban.storage.postgres.statements import numbered
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
    def rows(self) -> TableStore: ...
    @property
    def index(self) -> SearchIndex: ...
    @property
    def replies(self) -> ReplyStore: ...
    @property
    def budgets(self) -> BudgetStore: ...
    @property
    def credentials(self) -> CredentialStore: ...
    @property
    def providers(self) -> ProviderStore: ...
    @property
    def tool_servers(self) -> ToolServerStore: ...
    @property
    def proposals(self) -> ProposalStore: ...
    @property
    def models(self) -> ModelRows: ...
    @property
    def file_records(self) -> FileRecords: ...
    @property
    def links(self) -> LinkStore: ...
    @property
    def threads(self) -> ThreadStore: ...
    @property
    def users(self) -> UserStore: ...
    @property
    def factor_secrets(self) -> SealedRecords: ...
    @property
    def sessions(self) -> SessionStore: ...
    @property
    def teams(self) -> TeamStore: ...

    async def close(self) -> None: ...


class Place(Protocol):
    """One storage that several processes use; `lost` are those that others think dead."""

    @property
    def lost(self) -> list[Store]: ...

    async def open(self) -> Store:
        """What another process would see: the same records, a worker of its own."""
        ...

    async def die_holding(self, run: str) -> str:
        """A process claims the run, journals `STEP`, and is killed; its worker's id."""
        ...

    async def lose(self, run: str, *, step: bool) -> None:
        """As if a process died holding the run, with a step of it recorded or without."""
        ...

    async def fill(self, owner: str, *, at_once: int | None = None, capped: bool = False) -> int:
        """Queues more runs of an owner than can be made one by one; how many."""
        ...


class MemoryPlace:
    def __init__(self) -> None:
        self.lost: list[Store] = []
        self.tables = Tables()

    async def open(self) -> MemoryDatabase:
        return MemoryDatabase(self.tables)

    async def die_holding(self, run: str) -> str:
        store = await self.open()
        worker = await store.queue.register()
        await claim_and_step(store, run)
        store.queue.vanish()
        return worker

    async def lose(self, run: str, *, step: bool) -> None:
        store = await self.open()
        await store.queue.register()
        await claim_and_step(store, run, step=step)
        store.queue.vanish()

    async def fill(self, owner: str, *, at_once: int | None = None, capped: bool = False) -> int:
        store = await self.open()
        for n in range(300):
            draft = RunDraft(
                id=f"{owner}_{n}",
                owner=owner,
                agent_id="a_1",
                version=1,
                at_once=at_once,
                created_at=1.0,
            )
            await store.runs.create(draft)
        return 300


class SqlitePlace:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "luban.db"
        self.lost: list[Store] = []

    async def open(self) -> Store:
        return open_database(self.path)

    async def die_holding(self, run: str) -> str:
        return await _killed(str(self.path), run)

    async def lose(self, run: str, *, step: bool) -> None:
        """Without its file, a worker cannot prove that it lives."""
        store = await self.open()
        locks = self.path.parent / "workers"
        before = set(locks.glob("*"))
        await store.queue.register()
        await claim_and_step(store, run, step=step)
        (lock,) = set(locks.glob("*")) - before
        lock.unlink()
        self.lost.append(store)

    async def fill(self, owner: str, *, at_once: int | None = None, capped: bool = False) -> int:
        numbers = f"""with recursive numbers (n) as (
          select 0 union all select n + 1 from numbers where n < {MANY - 1})"""
        values = {"owner": owner, "at_once": at_once, "capped": int(capped)}
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute(f"{_FILL.format(numbers=numbers, n='n')} from numbers", values)
            connection.execute(_LAST, values)
            connection.commit()
            connection.execute("analyze")
        return MANY


class PostgresPlace:
    """Those who are to die have a short lease, so that they are soon known to be dead."""

    SHORT_LEASE = 0.5

    def __init__(self, url: str) -> None:
        self.url = url
        self.lost: list[Store] = []

    async def open(self) -> Store:
        return await postgres.open_database(self.url)

    async def die_holding(self, run: str) -> str:
        worker = await _killed(self.url, run)
        while not await command(self.url, _OVER, int(worker), postgres.DEFAULT_LEASE):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return worker

    async def lose(self, run: str, *, step: bool) -> None:
        """A lease that is over is that of a worker which was silent for long."""
        store = await self.open()
        worker = await store.queue.register()
        await claim_and_step(store, run, step=step)
        await command(self.url, "update workers set lease = 0 where id = $1", int(worker))
        self.lost.append(store)

    async def fill(self, owner: str, *, at_once: int | None = None, capped: bool = False) -> int:
        fill = _FILL.format(numbers="", n="n") + f" from generate_series(0, {MANY - 1}) n"
        for statement in (fill, _LAST):
            made = numbered(statement)
            values = {"owner": owner, "at_once": at_once, "capped": int(capped)}
            await command(self.url, made.text, *made.arguments(values))
        await command(self.url, "analyze")
        return MANY


MANY = 20_000
_FILL = """
{numbers}
insert into runs (id, owner, agent_id, version, status, trigger_kind, inputs, vt, at_once, capped,
  created_at)
select cast(:owner as text) || '_' || n, cast(:owner as text), 'a_1', 1, 'queued', 'manual', '{{}}',
  n, cast(:at_once as int), cast(:capped as int), 1"""
_LAST = f"insert into shares (owner, last_vt) values (:owner, {MANY - 1})"
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


async def claim_and_step(store: Store, run: str, *, step: bool = True) -> None:
    """Takes the run, also if that needs an isolated worker."""
    queue = store.queue
    (claimed,) = await queue.claim(1, only=run) or await queue.claim(1, only=run, isolated=True)
    assert claimed.id == run
    if step:
        await store.journal.commit([to_row(run, STEP)], [])
