"""Two processes on one database, and a real server that counts what both of them ask."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio

from tests.databases import ready_database
from tests.net.limits.door import Door, in_seconds, standing


@dataclass
class Asker:
    """A process of its own that asks."""

    process: asyncio.subprocess.Process

    async def line(self) -> str:
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), 60)).decode().strip()

    async def ask(self, url: str, count: int = 1, run: str = "r_1") -> list[int]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{run} {count} {url}\n".encode())
        return json.loads(await self.line())


@asynccontextmanager
async def asking(where: str, limits: dict[str, Any] | None = None) -> AsyncIterator[Asker]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.net.limits.asker", where, json.dumps(limits or {})),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    try:
        asker = Asker(process)
        assert await asker.line() == "ready"
        yield asker
    finally:
        process.kill()
        await process.wait()


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.network)])
async def where(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "luban.db")
    else:
        async with ready_database(request.getfixturevalue("postgres_address")) as url:
            yield url


async def test_what_one_process_is_told_the_other_heeds_within_a_second(where: str) -> None:
    door = Door([in_seconds(4)])
    async with standing(door), asking(where) as one, asking(where) as other:
        assert await one.ask(door.url) == [429]
        asked_from = monotonic()
        while monotonic() < asked_from + 2:  # as fast as it may; from some moment on it waits
            assert await other.ask(door.url) == [200]
        late = [after for after in door.after(door.refused_at[0]) if after > 1.5]
        assert min(late) >= 3.99


@pytest.mark.network
async def test_on_a_server_the_other_is_told_at_once(postgres_address: str) -> None:
    door = Door()
    async with (
        ready_database(postgres_address) as where,
        standing(door),
        asking(where) as one,
        asking(where) as other,
    ):
        assert await other.ask(door.url) == [200]
        door.refusals.append(in_seconds(3))
        assert await one.ask(door.url) == [429]
        while monotonic() < door.refused_at[0] + 0.9:
            assert await other.ask(door.url) == [200]
        soon = [after for after in door.after(door.refused_at[0]) if after < 2.9]
        assert all(after < 0.5 for after in soon)  # long before anybody would read again


async def test_a_setting_holds_for_both_together(where: str) -> None:
    door = Door(hold=0.02)
    limits = {"127.0.0.1": {"concurrent": 3, "requests_per_minute": 6000}}
    async with standing(door), asking(where, limits) as one, asking(where, limits) as other:
        answers = await asyncio.gather(one.ask(door.url, 40), other.ask(door.url, 40, "r_2"))
        assert answers == [[200] * 40] * 2
        assert door.most_inside == 3


async def test_a_rate_holds_for_both_together(where: str) -> None:
    door = Door()
    limits = {"127.0.0.1": {"requests_per_minute": 120}}
    async with standing(door), asking(where, limits) as one, asking(where, limits) as other:
        began = monotonic()
        await asyncio.gather(one.ask(door.url, 6), other.ask(door.url, 6, "r_2"))
        assert len(door.came) == 12
        assert door.came[-1][1] - began >= 3.1  # six at once, then not quite two a second


async def test_what_a_killed_process_held_comes_back(where: str) -> None:
    door = Door(hold=30)
    limits = {"127.0.0.1": {"concurrent": 1}}
    async with standing(door), asking(where, limits) as other:
        async with asking(where, limits) as one:
            asked = asyncio.create_task(one.ask(door.url))
            while not door.came:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            asked.cancel()
        door.hold = 0
        assert await other.ask(door.url) == [200]
