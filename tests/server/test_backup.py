"""Backups of every database, restored into every database, and what refuses them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.model.events import StepFinished, to_row
from luban.server.settings import Settings
from luban.server.upkeep import back_up, check, restore
from luban.storage.backup.errors import (
    BackupExists,
    BackupIsNewer,
    BackupTorn,
    KeyInTheWay,
    NotABackup,
    TargetNotEmpty,
)
from luban.storage.errors import DatabaseDamaged
from luban.storage.migrations import revisions
from luban.storage.migrations.upgrade import upgrade_sqlite
from tests.server.upkeep_kit import Install, everything, fill, opened, run_rows, tear_page
from tests.storage.drafts import OWNER, draft

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.network)]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "backup.zip"


def says(error: LubanError, *parts: str) -> None:
    for sentence in (str(error), error.message_zh):
        assert "?" not in sentence
        for part in parts:
            assert part in sentence


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
async def test_everything_comes_back_in_either_database(
    install: Install, archive: Path, source: str, target: str
) -> None:
    here, there = await install(source), await install(target)
    stored = await fill(here)
    before = await everything(here)
    made = await back_up(here, archive, keys=True)
    assert made.missing == []
    assert made.files == 1
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    restored = await restore(there, archive)
    assert (restored.rows, restored.files) == (made.rows, 2)
    after = await everything(there)
    assert before.pop("runs") != after.pop("runs")  # one of them was under way
    assert after == before
    assert await run_rows(there) == {"r_1": "completed", "r_2": "queued", "r_3": "queued"}
    place = there.home / "files" / stored.file_id[-2:] / stored.file_id
    assert place.read_bytes() == stored.content
    assert (there.home / "keys/main.key").read_bytes() == b"secret"
    assert await check(there) == []
    assert [path.name for path in there.home.iterdir() if "restoring" in path.name] == []


@pytest.mark.parametrize("kind", KINDS)
async def test_work_goes_on_where_it_was(install: Install, archive: Path, kind: str) -> None:
    here, there = await install("sqlite"), await install(kind)
    await fill(here)
    await back_up(here, archive, keys=True)
    await restore(there, archive)
    async with opened(there) as database:
        assert int(await database.queue.register()) > 1  # never the number of a worker of then
        claimed = await database.queue.claim(10)
        assert sorted(run.id for run in claimed) == ["r_2", "r_3"]
        await database.journal.commit([to_row("r_2", StepFinished("b", 0, 1, [], 1.0, 0.5))], [])
        rows = await database.journal.read("r_2")
        assert [row.node for row in rows] == ["a", "b"]
        await database.runs.create(draft("r_new"))
        assert (await database.runs.find(OWNER, "r_new")) is not None


@pytest.mark.parametrize("kind", KINDS)
async def test_a_backup_is_of_one_instant_while_others_write(
    install: Install, archive: Path, kind: str
) -> None:
    """Runs and their first events are stored together, so neither may be there alone."""
    here, there = await install(kind), await install(kind)
    await fill(here)
    async with opened(here) as database:
        await database.queue.register()
        written, begun, stop = 0, asyncio.Event(), asyncio.Event()

        async def write() -> None:
            nonlocal written
            while not stop.is_set():
                await database.runs.create(draft(f"w_{written}"))
                await database.queue.claim(1, only=f"w_{written}")
                await database.journal.commit(
                    [to_row(f"w_{written}", StepFinished("a", 0, 1, [], 1.0, 0.5))], []
                )
                written += 1
                if written == 20:
                    begun.set()
                await asyncio.sleep(0)

        writing = asyncio.create_task(write())
        await begun.wait()
        await asyncio.to_thread(lambda: asyncio.run(back_up(here, archive, keys=True)))
        during = written
        stop.set()
        await writing
    await restore(there, archive)
    assert await check(there) == []
    found = await everything(there)
    assert 20 <= len(found["runs"]) - 3 <= during + 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_target_that_holds_something_is_left_alone_unless_forced(
    install: Install, archive: Path, kind: str
) -> None:
    here, there = await install("sqlite"), await install(kind)
    await fill(here)
    await back_up(here, archive, keys=True)
    old = await fill(there)
    async with opened(there) as database:
        await database.runs.create(draft("r_4"))
    before = await everything(there)
    with pytest.raises(TargetNotEmpty) as caught:
        await restore(there, archive)
    says(caught.value, "1 agents", "4 runs", "--force", "--data")
    assert await everything(there) == before
    assert await check(there) == []
    await restore(there, archive, force=True)
    assert (await everything(there))["files"] == (await everything(here))["files"]
    assert not (there.home / "files" / old.file_id[-2:] / old.file_id).exists()
    assert await check(there) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_an_empty_database_a_server_has_open_is_filled(
    install: Install, archive: Path, kind: str
) -> None:
    here, there = await install("sqlite"), await install(kind)
    await fill(here)
    await back_up(here, archive, keys=True)
    async with opened(there) as database:
        assert await database.runs.find(OWNER, "r_1") is None
        await restore(there, archive)
        assert (await database.runs.find(OWNER, "r_1")).status.value == "completed"
        await database.queue.register()
        assert len(await database.queue.claim(5)) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", ["end", "middle", "row", "file", "digest"])
async def test_a_torn_archive_changes_nothing(
    install: Install, archive: Path, kind: str, cut: str
) -> None:
    here, there = await install("sqlite"), await install(kind)
    stored = await fill(here)
    await back_up(here, archive, keys=True)
    _tear(archive, cut, f"files/{stored.file_id[-2:]}/{stored.file_id}")
    async with opened(there):
        there.home.mkdir(exist_ok=True)
    before = await everything(there)
    with pytest.raises(BackupTorn) as caught:
        await restore(there, archive)
    says(caught.value, str(archive))
    assert await everything(there) == before
    assert not list((there.home / "files").glob("??/*"))
    assert not (there.home / "keys/main.key").exists()
    assert [path.name for path in there.home.iterdir() if "restoring" in path.name] == []


def _tear(archive: Path, cut: str, file: str) -> None:
    whole = archive.read_bytes()
    if cut == "end":
        archive.write_bytes(whole[:-30])
        return
    if cut == "middle":  # the last table's bytes, after many were restored already
        at = whole.index(b"tables/state.jsonl")
        archive.write_bytes(whole[: at + 20] + bytes(20) + whole[at + 40 :])
        return
    with zipfile.ZipFile(archive) as old:
        parts = {info.filename: old.read(info) for info in old.infolist()}
    if cut == "row":
        name = "tables/runs.jsonl"
        parts[name] = b"".join(parts[name].splitlines(keepends=True)[:-1])
    elif cut == "file":
        parts[file] = parts[file][:-1] + b"!"
    else:
        parts["tables/state.jsonl"] = parts["tables/state.jsonl"].replace(b"2.5", b"3.5")
    with zipfile.ZipFile(archive, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)


async def test_a_restore_that_fails_in_the_end_takes_its_files_away(
    install: Install, archive: Path
) -> None:
    here, there = await install("sqlite"), await install("sqlite")
    await fill(here)
    await back_up(here, archive, keys=True)
    there.home.mkdir()
    (there.home / "luban.db").write_bytes(b"no database" * 100)
    with pytest.raises(LubanError) as caught:
        await restore(there, archive)
    says(caught.value, str(there.home / "luban.db"))
    assert [path.name for path in there.home.rglob("*") if path.is_file()] == ["luban.db"]


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from luban.storage.backup import ArchiveReader
from luban.storage.backup.postgres import PostgresTarget
from luban.storage.backup.sqlite import SqliteTarget
from luban.storage.postgres.address import is_postgres, parse

where = sys.argv[2]
target = PostgresTarget(parse(where)) if is_postgres(where) else SqliteTarget(Path(where))
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(target.fill(ArchiveReader(Path(sys.argv[1])), force=True, settle=die))
"""


@pytest.mark.parametrize("kind", KINDS)
async def test_a_restore_that_is_killed_in_the_last_moment_changes_nothing(
    install: Install, archive: Path, kind: str
) -> None:
    here, there = await install("sqlite"), await install(kind)
    await fill(here)
    await back_up(here, archive, keys=True)
    await fill(there)
    async with opened(there) as database:
        await database.runs.create(draft("r_mine"))
    before = await everything(there)
    where = there.database_url or str(there.home / "luban.db")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(archive), where
    )
    assert await process.wait() == -signal.SIGKILL
    assert await everything(there) == before
    assert await check(there) == []
    await restore(there, archive, force=True)
    assert await check(there) == []
    for left in there.home.glob(".restoring-*"):
        os.utime(left, (1.0, 1.0))
    await restore(there, archive, force=True)
    assert list(there.home.glob(".restoring-*")) == []


async def test_archives_of_older_versions_are_brought_up_to_date(
    install: Install, archive: Path
) -> None:
    here, there = await install("sqlite"), await install("sqlite")
    here.home.mkdir()
    first = revisions()[0]
    upgrade_sqlite(str(here.home / "luban.db"), first)
    made = await back_up(here, archive, keys=True)
    assert made.revision == first
    await restore(there, archive)
    assert await check(there) == []


@pytest.mark.network
async def test_an_older_archive_is_brought_up_to_date_on_postgresql(
    install: Install, archive: Path
) -> None:
    here, there = await install("sqlite"), await install("postgres")
    here.home.mkdir()
    upgrade_sqlite(str(here.home / "luban.db"), revisions()[0])
    await back_up(here, archive, keys=True)
    await restore(there, archive)
    await fill(there)
    assert await check(there) == []


async def test_newer_archives_and_other_files_are_refused(
    install: Install, archive: Path, tmp_path: Path
) -> None:
    here, there = await install("sqlite"), await install("sqlite")
    await fill(here)
    await back_up(here, archive, keys=True)
    with zipfile.ZipFile(archive) as old:
        parts = {info.filename: old.read(info) for info in old.infolist()}
    manifest = json.loads(parts["manifest.json"])
    manifest["revision"] = "9999"
    parts["manifest.json"] = json.dumps(manifest).encode()
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(newer, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    with pytest.raises(BackupIsNewer) as caught:
        await restore(there, newer)
    says(caught.value, str(newer), "9999", revisions()[-1])
    (tmp_path / "text.zip").write_text("no archive")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.txt", "a")
    for name in ("text.zip", "other.zip", "absent.zip"):
        with pytest.raises(NotABackup) as refused:
            await restore(there, tmp_path / name)
        says(refused.value, name)
    assert not there.home.exists()


async def test_a_name_that_leads_out_of_the_home_is_refused(
    install: Install, archive: Path, tmp_path: Path
) -> None:
    here, there = await install("sqlite"), await install("sqlite")
    await fill(here)
    (here.home / "keys/..main").write_text("fine: a name may begin with dots")
    await back_up(here, archive, keys=True)
    content = archive.read_bytes()
    archive.write_bytes(content.replace(b"keys/..main", b"keys/../../"))
    with pytest.raises(BackupTorn):
        await restore(there, archive)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("main")]


async def test_keys_are_in_it_only_when_asked_for(install: Install, archive: Path) -> None:
    here, there = await install("sqlite"), await install("sqlite")
    await fill(here)
    await back_up(here, archive)
    with zipfile.ZipFile(archive) as packed:
        assert not [name for name in packed.namelist() if name.startswith("keys")]
    await restore(there, archive)
    assert not (there.home / "keys").exists()


async def test_a_key_in_the_way_is_never_lost(install: Install, archive: Path) -> None:
    here, there = await install("sqlite"), await install("sqlite")
    await fill(here)
    await back_up(here, archive, keys=True)
    keys = there.home / "keys"
    keys.mkdir(parents=True)
    (keys / "main.key").write_bytes(b"other")
    with pytest.raises(KeyInTheWay) as caught:
        await restore(there, archive)
    says(caught.value, "main.key", "--force")
    assert (keys / "main.key").read_bytes() == b"other"
    await restore(there, archive, force=True)
    assert (keys / "main.key").read_bytes() == b"secret"
    assert (keys / "main.key.before-restore").read_bytes() == b"other"


async def test_a_backup_does_not_overwrite_and_leaves_no_half_of_it(
    install: Install, archive: Path, tmp_path: Path
) -> None:
    here = await install("sqlite")
    with pytest.raises(NotFound):
        await back_up(here, archive, keys=True)
    await fill(here)
    archive.write_text("mine")
    with pytest.raises(BackupExists) as caught:
        await back_up(here, archive, keys=True)
    says(caught.value, str(archive))
    assert archive.read_text() == "mine"
    with pytest.raises(LubanError) as refused:
        await back_up(here, tmp_path / "no folder" / "backup.zip")
    says(refused.value, "no folder")
    with pytest.raises(InvalidValue):
        await back_up(Settings(home=here.home, database_url="memory:"), tmp_path / "memory.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "home 1"]


async def test_a_file_that_is_gone_is_told(install: Install, archive: Path) -> None:
    here, there = await install("sqlite"), await install("sqlite")
    stored = await fill(here)
    (here.home / "files" / stored.file_id[-2:] / stored.file_id).unlink()
    assert (await back_up(here, archive, keys=True)).missing == [stored.file_id]
    assert (await restore(there, archive)).missing == [stored.file_id]
    assert [flaw.code for flaw in await check(there)] == ["file_missing"]


async def test_half_a_database_is_not_backed_up(install: Install, archive: Path) -> None:
    here = await install("sqlite")
    await fill(here)
    path = here.home / "luban.db"
    tear_page(path, "journal")
    with pytest.raises(DatabaseDamaged) as caught:
        await back_up(here, archive, keys=True)
    says(caught.value, str(path))
    assert not archive.exists()
