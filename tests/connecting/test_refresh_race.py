"""Twenty users of one credential in two processes: one refreshes, all get what it brought."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from luban.net import GuardedHttp
from luban.ports.clock import SystemClock
from luban.storage import postgres, sqlite
from tests.connecting.desk import ME, open_desk
from tests.connecting.user import USERS
from tests.databases import ready_database
from tests.providers.oauth_wire import OAuthServer
from tests.providers.wire import Service

ROOT = Path(__file__).parents[2]
PROCESSES = 2


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.network)])
async def test_one_of_all_refreshes(
    kind: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    http: GuardedHttp,
    services: Service,
    github_server: OAuthServer,
) -> None:
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        if kind == "sqlite":
            address = str(tmp_path / "luban.db")
            database = sqlite.open_database(address, clock=clock)
        else:
            place = request.getfixturevalue("postgres_address")
            address = await stack.enter_async_context(ready_database(place))
            database = await postgres.open_database(address, lease=10, clock=clock)
        stack.push_async_callback(database.close)
        desk = open_desk(database, http, {"github": services.moved("github")}, clock)
        github_server.lasts = 1  # it is over before anybody uses it
        credential = await desk.connect()
        before = (await desk.credentials.opened(ME.team, credential.id, fresh=False)).secret
        github_server.lasts = 3600
        users = [
            await _user(stack, address, services.base, credential.id) for _ in range(PROCESSES)
        ]
        for user in users:
            assert await _line(user) == "ready"
        tokens = {token for each in await asyncio.gather(*map(_go, users)) for token in each}
        after = (await desk.credentials.opened(ME.team, credential.id)).secret
    assert github_server.refreshes == 1, "a refresh token was shown more than once"
    assert github_server.reused == 0
    assert tokens == {after["access_token"]} != {before["access_token"]}
    assert github_server.knows(after["access_token"])


async def _user(stack: AsyncExitStack, *arguments: str) -> Process:
    program = [sys.executable, "-m", "tests.connecting.user", *arguments]
    user = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    stack.callback(lambda: user.returncode is None and user.kill())
    return user


async def _line(user: Process) -> str:
    assert user.stdout is not None
    async with asyncio.timeout(30):
        return (await user.stdout.readline()).decode().strip()


async def _go(user: Process) -> list[str]:
    async with asyncio.timeout(60):
        said, _ = await user.communicate(b"go\n")
    assert user.returncode == 0
    tokens = said.decode().split()
    assert len(tokens) == USERS
    return tokens
