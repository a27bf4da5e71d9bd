"""A desk over memory, GitHub's and Google's wires beside it, and a clock that is set by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from luban.net import AllowList, GuardedHttp
from luban.storage.memory import MemoryDatabase
from tests.accounts.doubles import HandClock
from tests.connecting.desk import Desk, open_desk
from tests.providers.oauth_wire import OAuthServer
from tests.providers.services import all_services
from tests.providers.wire import Service, served

GITHUB = ("/github.com/login/oauth/authorize", "/github.com/login/oauth/access_token")


@pytest.fixture
async def http() -> AsyncIterator[GuardedHttp]:
    made = GuardedHttp(AllowList.parse("loopback"))
    yield made
    await made.aclose()


@pytest.fixture
async def services() -> AsyncIterator[Service]:
    async with served(all_services()) as running:
        yield running


@pytest.fixture
def github_server(services: Service) -> OAuthServer:
    server = OAuthServer("github")
    server.install(services, *GITHUB)
    return server


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def desk(
    http: GuardedHttp, services: Service, github_server: OAuthServer, clock: HandClock
) -> Desk:
    rows = {name: services.moved(name) for name in ("github", "openai")}
    return open_desk(MemoryDatabase(clock=clock), http, rows, clock)
