"""What is in the folder before we open it decides what we may do there."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from luban.model.errors import LubanError
from luban.ports.journal import StorageFull
from luban.storage.errors import (
    DatabaseDamaged,
    DatabaseIsNewer,
    DataFolderNotWritable,
    NotADatabase,
    StorageBusy,
)
from luban.storage.migrations import FOLDER, REVISION_TABLE, revisions
from luban.storage.sqlite import open_database
from luban.storage.sqlite.file_lock import FileLock
from tests.storage.disks import mounted, unwritable
from tests.storage.drafts import OWNER, agent, draft

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "luban.db"


async def make(path: Path) -> None:
    store = open_database(path)
    await store.agents.create(agent())
    for number in range(200):
        await store.runs.create(draft(f"r_{number}", inputs={"text": "x" * 300}))
    await store.close()


def ask(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(statement).fetchall()
        connection.commit()
        return rows


def tables(path: Path) -> set[object]:
    return {row[0] for row in ask(path, "select name from sqlite_master where type = 'table'")}


def contents(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def says(error: LubanError, *parts: str) -> None:
    """Both sentences are whole and name what they must."""
    for sentence in (str(error), error.message_zh):
        assert "?" not in sentence
        for part in parts:
            assert part in sentence
    assert str(error) != error.message_zh


def test_an_empty_folder_is_made_and_migrated_to_the_head(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "100%" / "luban.db"
    asyncio.run(open_database(path).close())
    assert ask(path, f"select version_num from {REVISION_TABLE}") == [(revisions()[-1],)]
    assert ask(path, "pragma journal_mode") == [("wal",)]
    if os.name == "posix":
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_head_is_known_without_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    known = [revision.revision for revision in script.walk_revisions()]
    assert revisions() == known[::-1]


def test_every_table_of_things_has_an_owner(path: Path) -> None:
    asyncio.run(open_database(path).close())
    without = {
        table
        for table in tables(path)
        if not any(column[1] == "owner" for column in ask(path, f"pragma table_info({table})"))
    }
    about_people = {"users", "identities", "factors", "teams", "members", "roles"}
    about_people |= {"sessions", "api_keys", "one_time", "audit"}
    of_the_server = {"workers", "provider_limits", "audit_horizon", REVISION_TABLE}
    of_the_server |= {"sqlite_sequence"}
    # SQLite's own, behind the index of words; the documents themselves have owners.
    of_the_server |= {table for table in without if str(table).startswith("document_words")}
    assert without == about_people | of_the_server


def test_an_up_to_date_start_imports_no_migration_tools(path: Path) -> None:
    asyncio.run(make(path))
    code = (
        "import sys; from luban.storage.sqlite import open_database; open_database(sys.argv[1]);"
        "print([name for name in sys.modules if name.split('.')[0] in ('alembic', 'sqlalchemy')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_several_first_starts_at_once_make_one_database(path: Path) -> None:
    code = (
        "import asyncio, sys; from luban.storage.sqlite import open_database;"
        "asyncio.run(open_database(sys.argv[1]).close())"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [(start.communicate()[1], start.returncode) for start in starts] == [(b"", 0)] * 3


def test_a_migration_that_fails_leaves_nothing_half_done(path: Path) -> None:
    ask(path, f"create table {REVISION_TABLE} (version_num text not null)")
    ask(path, "create table files (id text)")  # what the last step of the first revision makes
    with pytest.raises(LubanError, match="files"):
        open_database(path)
    assert tables(path) == {REVISION_TABLE, "files"}
    ask(path, "drop table files")
    asyncio.run(open_database(path).close())
    assert "runs" in tables(path)


def test_a_start_waits_for_a_migration_and_no_longer(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = FileLock(path.with_name("luban.db.migrating"))
    assert lock.take()
    monkeypatch.setattr("luban.storage.sqlite.opening._PATIENCE", 0.05)
    with pytest.raises(StorageBusy, match="migrating"):
        open_database(path)
    lock.release()
    asyncio.run(open_database(path).close())


async def test_a_newer_database_is_left_alone(path: Path) -> None:
    await make(path)
    ask(path, f"update {REVISION_TABLE} set version_num = '9999'")
    before = contents(path.parent)
    with pytest.raises(DatabaseIsNewer) as caught:
        open_database(path)
    says(caught.value, "9999", revisions()[-1], str(path), "LUBAN_HOME")
    assert contents(path.parent) == before


async def test_a_newer_database_left_by_a_crash_is_left_alone(path: Path) -> None:
    await make(path)
    with closing(sqlite3.connect(path)) as crashed:
        crashed.execute(f"update {REVISION_TABLE} set version_num = '9999'")
        crashed.commit()
        for name in ("luban.db", "luban.db-wal"):
            (path.parent / f"copy-{name}").write_bytes((path.parent / name).read_bytes())
    copy = path.with_name("copy-luban.db")
    before = {name: hash_ for name, hash_ in contents(path.parent).items() if "shm" not in name}
    with pytest.raises(DatabaseIsNewer):
        open_database(copy)
    after = {name: hash_ for name, hash_ in contents(path.parent).items() if "shm" not in name}
    assert after == before


@pytest.fixture
def damaged(path: Path) -> Path:
    asyncio.run(make(path))
    return path


def test_a_file_cut_off_is_named_as_damaged(damaged: Path) -> None:
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    before = contents(damaged.parent)
    with pytest.raises(DatabaseDamaged) as caught:
        open_database(damaged)
    says(caught.value, str(damaged), str(len(whole)), str(len(whole) // 2))
    assert contents(damaged.parent) == before


def test_a_file_with_torn_pages_is_named_as_damaged(damaged: Path) -> None:
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with pytest.raises(DatabaseDamaged) as caught:
        open_database(damaged)
    says(caught.value, str(damaged))


async def test_a_page_torn_deep_inside_is_named_when_it_is_met(path: Path) -> None:
    await make(path)
    (root,) = ask(path, "select rootpage from sqlite_master where name = 'runs'")[0]
    whole = bytearray(path.read_bytes())
    assert isinstance(root, int)
    whole[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    path.write_bytes(whole)
    store = open_database(path)
    with pytest.raises(DatabaseDamaged):
        await store.runs.find(OWNER, "r_1")
    with pytest.raises(DatabaseDamaged):
        await store.runs.create(draft("r_new"))
    assert await store.agents.find(OWNER, "a_1") is not None
    await store.close()


@pytest.mark.parametrize("content", [b"hello, I am a text\n" * 100, b"SQLite", b"\x00" * 5000])
def test_a_file_of_another_kind_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(NotADatabase) as caught:
        open_database(path)
    says(caught.value, str(path))
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    ask(path, "create table theirs (id text)")
    before = path.read_bytes()
    with pytest.raises(NotADatabase) as caught:
        open_database(path)
    says(caught.value, str(path), REVISION_TABLE)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_database(path: Path) -> None:
    path.touch()
    asyncio.run(open_database(path).close())
    assert "runs" in tables(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with unwritable(tmp_path / "data") as folder, pytest.raises(DataFolderNotWritable) as caught:
        open_database(folder / "luban.db")
    says(caught.value, str(folder), "LUBAN_HOME")


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(DataFolderNotWritable) as caught:
        open_database(tmp_path / "data" / "luban.db")
    says(caught.value, str(tmp_path / "data"))


def test_a_folder_where_the_file_should_be_is_named(path: Path) -> None:
    path.mkdir()
    with pytest.raises(DataFolderNotWritable) as caught:
        open_database(path)
    says(caught.value, str(path))


def test_a_disk_too_small_for_the_first_start_is_named(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=64k") as folder:
        with pytest.raises(StorageFull) as caught:
            open_database(folder / "luban.db")
        says(caught.value, str(folder))
