"""Real server processes: used over HTTP, stopped, killed, and refused a start."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import pytest

from luban.client import Client, Conflicting, Event, Invalid, Missing
from luban.model.run import RunStatus
from luban.storage.migrations import REVISION_TABLE
from tests.server.kit import ServerProcess, refusal, server
from tests.services.kit import CALCULATOR, chain, waiting


@pytest.fixture
def running(tmp_path: Path) -> Iterator[ServerProcess]:
    with server(tmp_path) as running:
        yield running


@pytest.fixture
async def luban(running: ServerProcess) -> AsyncIterator[Client]:
    async with running.client() as client:
        yield client


async def some(events: AsyncGenerator[Event], kind: str, count: int) -> list[Event]:
    """Events up to the `count`th of a kind."""
    heard: list[Event] = []
    async with asyncio.timeout(30), aclosing(events):
        async for event in events:
            heard.append(event)
            count -= event.kind == kind
            if count == 0:
                break
    return heard


async def test_the_calculator_over_http(luban: Client) -> None:
    agent = await luban.agents.create(document=CALCULATOR)
    run = await luban.runs.start(agent.id, {"a": 2, "b": 3})
    run = await luban.runs.wait(run.id, timeout=30)
    assert (run.status, run.outputs) == (RunStatus.COMPLETED, {"result": 5})


async def test_events_are_taken_up_in_the_middle(luban: Client, tmp_path: Path) -> None:
    agent = await luban.agents.create(document=chain(12, tmp_path / "log"))
    run = await luban.runs.start(agent.id)
    first = await some(luban.runs.events(run.id), "step_finished", 5)
    last_id = max(event.id for event in first if event.id is not None)
    rest = [event async for event in luban.runs.events(run.id, after=last_id)]
    ids = [event.id for event in (*first, *rest) if event.id is not None]
    whole = [event.id async for event in luban.runs.events(run.id)]
    assert ids == whole
    assert rest[-1].kind == "run_ended"


async def test_cancel_reaches_a_running_step(luban: Client, tmp_path: Path) -> None:
    agent = await luban.agents.create(document=waiting(tmp_path / "never"))
    run = await luban.runs.start(agent.id)
    await some(luban.runs.events(run.id), "step_finished", 1)
    await luban.runs.cancel(run.id)
    run = await luban.runs.wait(run.id, timeout=30)
    assert run.status is RunStatus.CANCELLED
    again = await luban.runs.retry(run.id)
    (tmp_path / "never").touch()
    again = await luban.runs.wait(again.id, timeout=30)
    assert again.outputs == {"result": "hello"}
    with pytest.raises(Conflicting):
        await luban.runs.cancel(again.id)


async def test_a_killed_server_goes_on_where_it_was(tmp_path: Path) -> None:
    """`kill -9` in the middle of a run: it completes, and no recorded step runs again."""
    log, length = tmp_path / "log", 14
    with server(tmp_path) as first:
        async with first.client() as luban:
            agent = await luban.agents.create(document=chain(length, log))
            run = await luban.runs.start(agent.id)
            heard = await some(luban.runs.events(run.id), "step_finished", 6)
        first.kill()
    recorded = {each.values["node"] for each in heard if each.kind == "step_finished"}
    with server(tmp_path) as second:
        async with second.client() as luban:
            run = await luban.runs.wait(run.id, timeout=30)
            assert (run.status, run.outputs) == (RunStatus.COMPLETED, {"result": "hello"})
            finished = [
                event.values["node"]
                async for event in luban.runs.events(run.id)
                if event.kind == "step_finished"
            ]
    assert Counter(finished) == dict.fromkeys(("text", *_names(length), "result"), 1)
    times = Counter(log.read_text().split())
    assert set(times) == set(_names(length))
    assert {times[name] for name in recorded & set(times)} == {1}
    assert sum(times.values()) <= length + 1  # at most the step in flight ran twice


async def test_a_stopped_server_hands_its_runs_back(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with server(tmp_path) as first:
        async with first.client() as luban:
            agent = await luban.agents.create(document=chain(14, log))
            run = await luban.runs.start(agent.id)
            await some(luban.runs.events(run.id), "step_finished", 4)
            follower = asyncio.create_task(some(luban.runs.events(run.id), "run_ended", 1))
            await asyncio.sleep(0.05)
            code, said = await asyncio.to_thread(first.stop)
            follower.cancel()
    assert code == 0, said
    assert "Traceback" not in said
    with closing(sqlite3.connect(tmp_path / "home" / "luban.db")) as database:
        assert database.execute("select status from runs").fetchall() == [("queued",)]
    with server(tmp_path) as second:
        async with second.client() as luban:
            run = await luban.runs.wait(run.id, timeout=30)
    assert run.status is RunStatus.COMPLETED


def _names(length: int) -> list[str]:
    return [f"n{i}" for i in range(length)]


# --- what keeps a server from starting


def test_a_busy_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = refusal(tmp_path, LUBAN_PORT=str(port))
    assert code == 2
    assert f"port {port}" in said
    assert "--port" in said
    assert "占用" in said
    assert "Traceback" not in said


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_data_folder_without_permission(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    code, said = refusal(tmp_path)
    assert (code, "Traceback" in said) == (2, False)
    assert str(home) in said


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("I am a file")
    code, said = refusal(tmp_path)
    assert code == 2
    assert str(tmp_path / "home") in said
    assert "LUBAN_HOME" in said
    assert "Traceback" not in said


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        running.stop()
    with closing(sqlite3.connect(tmp_path / "home" / "luban.db")) as database:
        database.execute(f"update {REVISION_TABLE} set version_num = '9999'")
        database.commit()
    code, said = refusal(tmp_path)
    assert (code, "Traceback" in said) == (2, False)
    assert "9999" in said


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "luban.db").write_bytes(b"hello, I am a text" * 100)
    code, said = refusal(tmp_path)
    assert (code, "Traceback" in said) == (2, False)
    assert "luban.db" in said


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LUBAN_PORT", "many", "LUBAN_PORT"),
        ("LUBAN_HOST", "no.such.host.invalid", "no.such.host.invalid"),
        ("DATABASE_URL", "mysql://u:secret@db/x", "SQLite"),
        ("DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x", "127.0.0.1:1/x"),
        ("LUBAN_ALLOW_HOSTS", "not a host!", "not a host!"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, name: str, value: str, expected: str) -> None:
    code, said = refusal(tmp_path, **{name: value})
    assert code == 2
    assert expected in said
    assert "secret" not in said
    assert "Traceback" not in said


# --- what people do to a running server


async def test_a_block_file_is_used_without_a_restart(luban: Client, tmp_path: Path) -> None:
    """Also from a folder outside the project, and when it lies behind a symbolic link."""
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (tmp_path / "blocks" / "linked").symlink_to(outside, target_is_directory=True)
    source = "from luban.sdk import block\n\n@block(id='my.shout')\n"
    source += "def shout(text: str) -> str:\n    return text.upper()\n"
    (outside / "shout.py").write_text(source)
    await until(lambda: luban.blocks.get("my.shout"))
    agent = await luban.agents.create(document=one_step("my.shout"))
    run = await luban.runs.wait((await luban.runs.start(agent.id)).id, timeout=30)
    assert run.outputs == {"result": "HELLO"}

    (outside / "shout.py").write_text(source.replace("upper", "title"))
    async with asyncio.timeout(30):
        while run.outputs != {"result": "Hello"}:
            run = await luban.runs.wait((await luban.runs.start(agent.id)).id, timeout=30)

    (outside / "broken.py").write_text("def (:\n")
    await until(lambda: the_first_broken(luban))
    broken = await luban.blocks.broken()
    assert (broken[0].path.endswith("broken.py"), broken[0].line) == (True, 1)
    assert await luban.blocks.get("my.shout")


async def test_a_large_file_passes_through_without_being_held(tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as out:
        for _ in range(50):
            out.write(os.urandom(1 << 20))
    with server(tmp_path, True, LUBAN_UPLOAD_LIMIT=str(60 << 20)) as running:
        async with running.client() as luban:
            stored = await luban.files.upload(large)
            size = 0
            async for piece in luban.files.read(stored.id):
                size += len(piece)
        assert size == stored.size == 50 << 20
        if sys.platform == "linux":
            status = Path(f"/proc/{running.process.pid}/status").read_text()
            peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
            assert int(peak.split()[1]) < 140 * 1024


async def test_a_file_beyond_the_limit_is_refused_in_words(tmp_path: Path) -> None:
    with server(tmp_path, LUBAN_UPLOAD_LIMIT="1000000") as running:
        async with running.client() as luban:
            with pytest.raises(Invalid, match="LUBAN_UPLOAD_LIMIT") as refused:
                await luban.files.upload(b"x" * 30_000_000)
            assert refused.value.status == 413
            assert (await luban.files.list()).total == 0


def one_step(block: str) -> dict[str, Any]:
    return {
        "nodes": {
            "text": {"block": "io.input_text", "with": {"name": "text", "value": "hello"}},
            "step": {"block": block},
            "result": {"block": "io.output", "with": {"name": "result"}},
        },
        "links": ["text.value -> step.text", "step.result -> result.value"],
    }


async def the_first_broken(luban: Client) -> None:
    if not await luban.blocks.broken():
        raise LookupError


async def until(ask: Callable[[], Awaitable[object]]) -> None:
    """Asks until there is an answer; block folders are looked at every two seconds."""
    async with asyncio.timeout(30):
        while True:
            try:
                await ask()
            except (Missing, LookupError):
                await asyncio.sleep(0.1)
            else:
                return
