"""A PostgreSQL server whose disk is full: runs stand still and say so, until there is room."""

from __future__ import annotations

import asyncio
import logging
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from luban.model.run import RunStatus
from luban.sdk import block
from luban.storage import postgres
from tests.databases import command, fresh_database
from tests.engine.house import house_over
from tests.engine.kit import BLOCKS, graph_of
from tests.engine.test_rules import given, result
from tests.faults.scene import answers
from tests.storage.disks import fill, mounted
from tools import prerequisites, servers

pytestmark = pytest.mark.network

STEPS, PATIENCE = 60, 60.0


@block(id="large")
async def large(value: int) -> str:
    return random.Random(value).randbytes(40_000).hex()


@block(id="small")
async def small(value: str) -> int:
    return len(value)


@contextmanager
def _with_a_small_disk() -> Iterator[tuple[str, Path]]:
    """A server of one's own, and a disk of 60 MB that it may write to."""
    with servers.private("postgres") as server:
        if server is None:
            left_out = pytest.fail if prerequisites.strict() else pytest.skip
            left_out("PostgreSQL is not installed on this machine")
        with mounted(server.folder / "disk", "size=60m") as disk:
            space = disk / "space"
            space.mkdir()
            owner = server.folder.stat()
            for folder in (disk, space):
                shutil.chown(folder, owner.st_uid, owner.st_gid)
            yield server.address, disk


async def test_runs_go_on_when_the_full_disk_has_room_again(caplog: pytest.LogCaptureFixture):
    names = [f"n{i}" for i in range(STEPS)]
    nodes = {"n": given("n"), **dict.fromkeys(names, "large"), "last": "small", "out": result()}
    links = [*(f"n.value -> {name}.value" for name in names), "n59.result -> last.value"]
    graph = graph_of(nodes, [*links, "last.result -> out.value"])
    with _with_a_small_disk() as (address, disk):
        await answers(address)
        await command(address, f"create tablespace small location '{disk / 'space'}'")
        async with fresh_database(address, "tablespace small") as url:
            database = await postgres.open_database(url)
            async with house_over(database, BLOCKS.and_(large, small)) as house:
                await house.add(graph)
                filler = await asyncio.to_thread(fill, disk, leave=1_000_000)
                run = await house.enqueue_version(1, {"n": 1})
                with caplog.at_level(logging.ERROR, "luban.engine.writer"):
                    await house.worker.start()
                    async with asyncio.timeout(PATIENCE):
                        while "There is no room left" not in caplog.text:  # noqa: ASYNC110
                            await asyncio.sleep(0.02)
                assert (await house.get(run.id)).status is RunStatus.RUNNING
                filler.unlink()
                async with asyncio.timeout(PATIENCE):
                    ended = await house.ended(run.id)
                assert ended.status is RunStatus.COMPLETED, ended
                assert ended.outputs == {"out": 80_000}
                events = await house.events(run.id)
                assert len({getattr(event, "node", "") for event in events}) == STEPS + 4
