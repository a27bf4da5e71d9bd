"""A machine that is not as it should be: full, busy, locked, or from the future."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from luban.client import ServerFailed
from luban.storage.migrations import REVISION_TABLE
from tests.bad_input.answers import both, is_chinese
from tests.cli.kit import CALCULATOR, Luban, write_agent
from tests.server.kit import server
from tests.services.kit import CALCULATOR as DOCUMENT
from tests.storage.disks import fill, mounted, unwritable


async def test_a_full_disk(tmp_path: Path) -> None:
    """A run that cannot be stored is refused in words; with room again, everything goes on."""
    with (
        mounted(tmp_path / "disk", "size=4m") as disk,
        server(tmp_path, LUBAN_HOME=str(disk / "home")) as running,
    ):
        async with running.client() as client:
            agent = await client.agents.create(document=DOCUMENT)
            filler = fill(disk)
            with pytest.raises(ServerFailed) as caught:
                await client.files.upload(b"x" * 200_000, name="large.bin")
            assert (caught.value.status, caught.value.code) == (507, "storage_full")
            assert str(disk) in str(caught.value) and is_chinese(caught.value.message_zh)
            filler.unlink()
            run = await client.runs.start(agent.id, {"a": 2, "b": 3})
            run = await client.runs.wait(run.id, timeout=30)
            assert run.outputs == {"result": 5}
        assert running.process.poll() is None


def test_a_full_disk_at_the_first_start(luban: Luban, tmp_path: Path) -> None:
    path = write_agent(luban.folder / "good.agent.yaml", CALCULATOR)
    with mounted(tmp_path / "disk", "size=1m") as disk:
        fill(disk)
        words = ("run", path, "-i", "a=1", "-i", "b=2", "--data", disk / "home")
        both(luban, *words, code=2, names=(str(disk),))


def test_a_busy_port(luban: Luban) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        both(luban, "up", "--port", port, code=2, names=(port, "--port"))


def test_a_data_folder_without_write_permission(luban: Luban, tmp_path: Path) -> None:
    path = write_agent(luban.folder / "good.agent.yaml", CALCULATOR)
    with unwritable(tmp_path / "locked") as folder:
        for words in (("up", "--port", "0"), ("run", path, "-i", "a=1", "-i", "b=2")):
            names = (str(folder), "--data")
            both(luban, *words, "--data", folder / "home", code=2, names=names)


def test_a_database_of_a_newer_version(luban: Luban) -> None:
    path = write_agent(luban.folder / "good.agent.yaml", CALCULATOR)
    words = ("run", path, "-i", "a=1", "-i", "b=2")
    assert luban(*words).code == 0
    database = luban.home / "luban.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"update {REVISION_TABLE} set version_num = '9999'")
        connection.commit()
    before = database.read_bytes()
    for each in (words, ("up", "--port", "0"), ("runs",)):
        both(luban, *each, code=2, names=("9999", str(database)))
    assert database.read_bytes() == before
