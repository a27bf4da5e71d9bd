"""A PostgreSQL of the benchmark's own: real fsync, loopback, gone at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg

from benchmarks.processor import family, seconds_of
from benchmarks.works.luban_engine import ask
from tools import servers

_PATIENCE = 30.0


@dataclass
class Postgres:
    """The server; its databases go with it."""

    address: str
    leader: int

    def database(self, name: str) -> str:
        """The address of a new, empty database."""
        asyncio.run(ask(self.address, f"create database {name}"))
        return urlsplit(self.address)._replace(path=f"/{name}").geturl()

    def cpu(self) -> float:
        """Seconds of processor time that all its processes took so far."""
        return seconds_of(self.leader) or 0.0

    def processes(self) -> list[int]:
        return family(self.leader)


@contextmanager
def own_postgres() -> Iterator[Postgres | None]:
    """A server started for this benchmark; `None` where PostgreSQL is not installed."""
    with servers.private("postgres") as own:
        if own is None:
            yield None
            return
        asyncio.run(_answers(own.address))
        yield Postgres(own.address, own.process.pid)


async def _answers(address: str) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            await ask(address, "select 1")
            return
        except asyncpg.CannotConnectNowError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.05)
