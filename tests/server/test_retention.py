"""What an installation forgets, by its own rule and those of its agents, and what it archives."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from luban.model.events import RunEnded, StepFinished, to_row
from luban.model.run import RunStatus
from luban.ports.clock import SystemClock
from luban.ports.journal import RunChange
from luban.ports.stores import Slice
from luban.server.settings import Settings, read_settings
from luban.server.upkeep import check
from luban.server.wiring import Home, open_home
from luban.services.run_archives import check_archive
from luban.storage.errors import DataFolderNotWritable
from tests.server.upkeep_kit import LARGE, Install, opened
from tests.storage.drafts import OWNER, agent, draft

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.network)]
DAY = 86_400.0


async def settings_of(install: Install, kind: str, **more: Any) -> Settings:
    return replace(await install(kind), blocks_path=(), **more)


async def fill(database: Any, now: float) -> None:
    """Two agents with five runs each, one a day, the newest today; and one that goes on."""
    keeping = {"nodes": {}, "settings": {"keep": {"runs": 1}}}
    await database.agents.create(agent(id="a_1"))
    await database.agents.create(agent("Keeps one", id="a_2", document=keeping))
    await database.agents.add_version(OWNER, "a_1", {"nodes": {"n": {}}}, "digest", 1.0)
    await database.queue.register()
    for day in (4, 3, 2, 1, 0):
        for agent_id in ("a_1", "a_2"):
            await _end(database, f"r_{agent_id}_{day}", agent_id, now - day * DAY - 60)
    await database.runs.create(draft("r_on", created_at=1.0))
    await database.queue.unregister()


async def _end(database: Any, run: str, agent_id: str, at: float) -> None:
    await database.runs.create(draft(run, agent_id=agent_id, created_at=1.0))
    await database.queue.claim(1, only=run)
    rows = [
        to_row(run, StepFinished("n", 0, 1, [["out", LARGE]], 1.0, 0.5)),
        to_row(run, RunEnded("completed", {}, None, [], at)),
    ]
    await database.journal.commit(rows, [RunChange(run, RunStatus.COMPLETED, 1, at, {})])


@asynccontextmanager
async def filled(settings: Settings) -> AsyncIterator[Home]:
    now = SystemClock().now()
    async with opened(settings) as database:
        await fill(database, now)
    async with open_home(settings) as home:
        yield home


async def left(home: Home) -> set[str]:
    found = await home.house.runs.list(OWNER, Slice(1, 100))
    return {run.id for run in found.items}


ALL = {f"r_{agent_id}_{day}" for agent_id in ("a_1", "a_2") for day in range(5)} | {"r_on"}


@pytest.mark.parametrize("kind", KINDS)
async def test_everything_is_kept_unless_somebody_says_otherwise(
    install: Install, kind: str
) -> None:
    settings = await settings_of(install, kind)
    async with filled(settings) as home:
        done = await home.retention.pass_over()
        assert await left(home) == ALL - {f"r_a_2_{day}" for day in (1, 2, 3, 4)}
        assert (done.runs, done.archived) == (4, 0)
        assert (await home.retention.pass_over()).runs == 0
    assert await check(settings) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_an_agents_own_rule_is_stronger_than_the_installations(
    install: Install, kind: str
) -> None:
    settings = await settings_of(install, kind, keep_days=2)
    async with filled(settings) as home:
        await home.retention.pass_over()
        assert await left(home) == {"r_a_1_0", "r_a_1_1", "r_a_2_0", "r_on"}
    assert await check(settings) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_days_and_number_both_count(install: Install, kind: str) -> None:
    async with filled(await settings_of(install, kind, keep_days=3, keep_runs=4)) as home:
        await home.retention.pass_over()
        assert {run for run in await left(home) if "a_1" in run} == {
            "r_a_1_0",
            "r_a_1_1",
            "r_a_1_2",
        }


@pytest.mark.parametrize("kind", KINDS)
async def test_runs_are_archived_before_they_are_deleted(
    install: Install, kind: str, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    settings = await settings_of(install, kind, keep_runs=4, archive_dir=folder)
    async with filled(settings) as home:
        done = await home.retention.pass_over()
        assert (done.runs, done.archived) == (5, 5)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert files == ["a_1/r_a_1_4.jsonl.gz", *(f"a_2/r_a_2_{n}.jsonl.gz" for n in (1, 2, 3, 4))]
    lines = gzip.decompress((folder / files[0]).read_bytes()).splitlines(keepends=True)
    assert check_archive(lines)
    assert not check_archive(lines[:-1])
    assert not check_archive([*lines[:1], *lines[2:]])
    head, step, end, _ = (orjson.loads(line) for line in lines)
    assert (head["run"]["id"], head["run"]["status"]) == ("r_a_1_4", "completed")
    assert head["graph"] == {"version": 1, "document": {"nodes": {"n": {}}}}
    assert step["data"]["emissions"] == [["out", LARGE]]
    assert end["kind"] == "run_ended"


async def test_what_cannot_be_archived_is_not_deleted(install: Install, tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file is in the way")
    settings = await settings_of(
        install, "sqlite", keep_runs=1, archive_dir=tmp_path / "archive" / "runs"
    )
    async with filled(settings) as home:
        with pytest.raises(DataFolderNotWritable) as caught:
            await home.retention.pass_over()
        assert "archive" in str(caught.value)
        assert await left(home) == ALL


@pytest.mark.parametrize("kind", KINDS)
async def test_several_servers_may_forget_at_once(install: Install, kind: str) -> None:
    settings = await settings_of(install, kind, keep_runs=1)
    async with filled(settings) as one, open_home(settings) as other:
        passed = await asyncio.gather(
            *(home.retention.pass_over() for home in (one, other, one, other))
        )
        assert sum(each.runs for each in passed) == 8
        assert await left(other) == {"r_a_1_0", "r_a_2_0", "r_on"}
    assert await check(settings) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_server_that_died_had_begun_is_finished(install: Install, kind: str) -> None:
    settings = await settings_of(install, kind)
    async with filled(settings) as home:
        async with opened(settings) as database:  # hides, and gets no further
            await database.retention.hide(OWNER, ["r_a_1_4"])
        assert "r_a_1_4" not in await left(home)
        done = await home.retention.pass_over()
        assert done.rows >= 3
    assert await check(settings) == []


def test_the_settings_are_read_and_judged(tmp_path: Path) -> None:
    environment = {
        "LUBAN_KEEP_DAYS": "30",
        "LUBAN_KEEP_RUNS": "1000",
        "LUBAN_ARCHIVE_DIR": "/srv/archive",
    }
    settings = read_settings(environment=environment, folder=tmp_path)
    assert (settings.keep_days, settings.keep_runs) == (30, 1000)
    assert settings.archive_dir == Path("/srv/archive")
    plain = read_settings(environment={}, folder=tmp_path)
    assert (plain.keep_days, plain.keep_runs, plain.archive_dir) == (None, None, None)
