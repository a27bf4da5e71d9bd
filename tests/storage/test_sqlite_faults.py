"""Full disks, killed processes, other processes and zombies: nothing is lost, nobody waits long."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from luban.model.events import Row, to_row
from luban.model.run import RunStatus
from luban.ports.clock import SystemClock
from luban.ports.journal import Fenced, RunChange, StorageFull
from luban.storage.errors import StorageBusy
from luban.storage.files import DiskBytes, StoredFiles
from luban.storage.sql.holding import Holding
from luban.storage.sqlite import SqliteDatabase, open_database
from luban.storage.sqlite.connection import SqliteFile
from luban.storage.sqlite.journal import SqliteJournal
from luban.storage.sqlite.queue import SqliteQueue
from tests.storage.disks import fill, mounted
from tests.storage.drafts import OWNER, queued
from tests.storage.places import STEP

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "luban.db"


def large(run: str, iteration: int, size: int = 20_000) -> Row:
    return Row(run, "step_finished", "n", iteration, b"x" * size)


async def working(path: Path) -> SqliteDatabase:
    store = open_database(path)
    await queued(store, "r_1")
    await store.queue.register()
    await store.queue.claim(1)
    return store


async def test_a_full_disk_refuses_the_batch_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=4m") as folder:
        store = await working(folder / "luban.db")
        filler = fill(folder, leave=400_000)
        done: list[int] = []

        async def until_refused() -> None:
            for count in range(10, 10_000, 10):
                change = RunChange("r_1", RunStatus.RUNNING, count, 2.0)
                rows = [large("r_1", count - 10 + n) for n in range(10)]
                await store.journal.commit(rows, [change])
                done.append(count)

        with pytest.raises(StorageFull) as caught:
            await until_refused()
        written = done[-1] if done else 0
        assert str(folder) in str(caught.value)
        assert str(folder) in caught.value.message_zh
        run = await store.runs.find(OWNER, "r_1")
        assert run is not None
        assert run.steps == written
        rows = await store.journal.read("r_1")
        assert [row.iteration for row in rows] == list(range(written))
        filler.unlink()
        await store.journal.commit([large("r_1", written)], [])
        assert len(await store.journal.read("r_1")) == written + 1
        await store.close()


async def test_a_file_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    async def content() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65536

    with mounted(tmp_path / "small", "size=3m") as folder:
        store = open_database(tmp_path / "luban.db")
        files = StoredFiles(DiskBytes(folder), store)
        with pytest.raises(StorageFull, match="small"):
            await files.put(OWNER, "a.bin", None, content())
        assert [file for file in folder.rglob("*") if file.is_file()] == []
        await store.close()


async def test_a_quota_refuses_the_batch_whole(path: Path) -> None:
    await open_database(path).close()
    file, holding = SqliteFile(path), Holding()
    queue = SqliteQueue(file, path.parent / "workers", holding, SystemClock())
    journal = SqliteJournal(file, holding)
    await queue.register()
    store = open_database(path)
    await queued(store, "r_1")
    await queue.claim(1)
    (pages,) = file.writer.execute("pragma page_count").fetchone()
    file.writer.execute(f"pragma max_page_count = {pages + 20}")
    with pytest.raises(StorageFull):
        await journal.commit([large("r_1", n) for n in range(10)], [])
    assert await journal.read("r_1") == []
    file.writer.execute(f"pragma max_page_count = {pages + 2000}")
    await journal.commit([large("r_1", n) for n in range(10)], [])
    assert len(await journal.read("r_1")) == 10
    await store.close()
    await queue.unregister()
    await file.close()


async def test_what_was_committed_survives_kill_9_whole_batches_only(path: Path) -> None:
    store = open_database(path)
    await queued(store, "r_1")
    chance = random.Random(7)
    for _ in range(8):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.storage.endless", str(path), "r_1"),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        assert process.stdout is not None
        told = 0
        for _ in range(chance.randrange(1, 60)):
            told = int(await process.stdout.readline())
        process.kill()
        told = int(([line async for line in process.stdout] or [b"%d" % told])[-1])
        await process.wait()
        rows = await store.journal.read("r_1", limit=1_000_000)
        assert [row.iteration for row in rows] == list(range(len(rows)))
        assert len(rows) % 10 == 0
        assert told <= len(rows) <= told + 10
        assert await store.queue.reap() == ["r_1"]
    await store.close()


async def test_a_zombie_writes_nothing_more(path: Path) -> None:
    """Its lock file removed under it, a living worker looks dead; then it must stop."""
    store, other = await working(path), open_database(path)
    for lock in (path.parent / "workers").iterdir():
        lock.unlink()
    await other.queue.register()
    assert await other.queue.reap() == ["r_1"]
    with pytest.raises(Fenced) as caught:
        await store.journal.commit([to_row("r_1", STEP)], [])
    assert "?" not in str(caught.value)
    with pytest.raises(Fenced):
        await store.queue.claim(1)
    (run,) = await other.queue.claim(1)
    await other.journal.commit([to_row(run.id, STEP)], [])
    await store.close()  # leaves the other's run alone
    await other.journal.commit([], [RunChange(run.id, RunStatus.COMPLETED, 1, 2.0, {})])
    assert len(await other.journal.read("r_1")) == 1
    await other.close()


async def test_a_lock_held_elsewhere_holds_up_the_batch_but_not_the_loop(path: Path) -> None:
    store = await working(path)
    greedy = sqlite3.connect(path, isolation_level=None)
    greedy.execute("begin immediate")
    writing = asyncio.create_task(store.journal.commit([to_row("r_1", STEP)], []))
    loop, longest = asyncio.get_running_loop(), 0.0
    for _ in range(100):
        before = loop.time()
        await asyncio.sleep(0.001)
        longest = max(longest, loop.time() - before)
    assert not writing.done()
    assert longest < 0.25  # SQLite's own way is to block for as long as the lock is held
    greedy.execute("rollback")
    await writing
    greedy.close()
    assert len(await store.journal.read("r_1")) == 1
    await store.close()


async def test_a_lock_held_for_ever_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("luban.storage.sqlite.connection.PATIENCE", 0.02)
    store = await working(path)
    greedy = sqlite3.connect(path, isolation_level=None)
    greedy.execute("begin immediate")
    with pytest.raises(StorageBusy) as caught:
        await store.journal.commit([to_row("r_1", STEP)], [])
    assert str(path) in str(caught.value)
    assert caught.value.retryable
    greedy.close()
    await store.journal.commit([to_row("r_1", STEP)], [])
    await store.close()


async def test_a_writer_that_is_cancelled_while_waiting_leaves_the_way_free(path: Path) -> None:
    store = await working(path)
    greedy = sqlite3.connect(path, isolation_level=None)
    greedy.execute("begin immediate")
    writing = asyncio.create_task(store.journal.commit([to_row("r_1", STEP)], []))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    greedy.close()
    await store.journal.commit([to_row("r_1", STEP)], [])
    assert len(await store.journal.read("r_1")) == 1
    await store.close()


async def test_two_processes_write_side_by_side(path: Path) -> None:
    store = await working(path)
    await queued(store, "r_2")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.storage.endless", str(path), "r_2"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    told = int(await process.stdout.readline())  # from here on, both write
    for number in range(300):
        await store.journal.commit([to_row("r_1", STEP._replace(iteration=number))], [])
        if number % 3 == 0:
            told = int(await process.stdout.readline())
    process.kill()
    await process.wait()
    mine = await store.journal.read("r_1", limit=10_000)
    theirs = await store.journal.read("r_2", limit=1_000_000)
    assert [row.iteration for row in mine] == list(range(300))
    assert [row.iteration for row in theirs] == list(range(len(theirs)))
    assert told >= 1000
    assert len(theirs) >= told
    await store.close()


@pytest.mark.parametrize(("durability", "synchronous"), [("process", 1), ("power", 2)])
async def test_durability_decides_whether_a_commit_waits_for_the_disk(
    path: Path, durability: str, synchronous: int
) -> None:
    assert durability in ("process", "power")
    store = open_database(path, durability=durability)
    await queued(store, "r_1")
    await store.queue.register()
    await store.queue.claim(1)
    await asyncio.gather(
        *(store.journal.commit([to_row("r_1", STEP)], []) for _ in range(20)),
        *(store.runs.find(OWNER, "r_1") for _ in range(20)),
    )
    assert len(await store.journal.read("r_1")) == 20
    await store.close()
    file = SqliteFile(path, durability)
    assert file.writer.execute("pragma synchronous").fetchone()[0] == synchronous
    assert file.writer.execute("pragma foreign_keys").fetchone()[0] == 1
    await file.close()


async def test_the_log_does_not_grow_for_ever(path: Path) -> None:
    store = await working(path)
    batch = [large("r_1", n, 4000) for n in range(100)]
    for _ in range(200):  # 80 MB in all
        await store.journal.commit(batch, [])
        await asyncio.sleep(0)
    log = path.with_name("luban.db-wal")
    assert log.stat().st_size < 72 << 20
    await store.close()
    assert not log.exists()
