"""How a command reaches its agents: a server's address, or the home on this machine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from luban.client import Client
    from luban.server.settings import Settings
    from luban.server.wiring import Home

T = TypeVar("T")

OWNER = "local"
HERE = "http://luban.local"
"""What stands for a server when the home is reached without one."""


class Reach(NamedTuple):
    """A client, and the home behind it when that is on this machine."""

    client: Client
    home: Home | None


def settings_of(data: Path | None = None, **flags: Any) -> Settings:
    """The settings of this command; `data` is the `--data` flag."""
    from luban.server.settings import read_settings

    return read_settings({"home": data, **flags})


@asynccontextmanager
async def reach(server: str | None, data: Path | None) -> AsyncIterator[Reach]:
    """The server at `server` or `LUBAN_SERVER`; without either, the home on this machine.

    The home is reached through the same client and the same API, only without a network between.
    """
    from luban.client import Client

    address = server or os.environ.get("LUBAN_SERVER")
    if address:
        from luban.cli.signed_in import token_for

        async with Client(address, token=token_for(address, data) or "") as client:
            yield Reach(client, None)
        return
    import httpx2

    from luban.api.app import create_app
    from luban.api.door import Door
    from luban.server.wiring import open_home

    async with open_home(settings_of(data)) as home:
        app = create_app(home.house, door=Door(hosts=("luban.local",)))
        transport = httpx2.ASGITransport(app=app)
        async with Client(HERE, token="", transport=transport) as client:
            yield Reach(client, home)


def with_reach(server: str | None, data: Path | None, work: Callable[[Reach], Awaitable[T]]) -> T:
    """Runs a piece of work that needs a reach, to its end."""

    async def inside() -> T:
        async with reach(server, data) as reached:
            return await work(reached)

    return in_loop(inside())


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine in a loop of its own, the faster one where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)
