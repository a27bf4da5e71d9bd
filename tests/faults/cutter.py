"""A proxy before a PostgreSQL server that cuts connections at the worst moments.

What a client sends is either not passed on (cut before), or passed on and its answer kept back (cut
after): the client cannot tell the two apart.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

_JOURNAL = b"insert into journal (owner, run, kind, node, iteration, data, blob)"
_EXECUTE = b"E\x00\x00\x00"

Cut = Literal["before", "after"] | None


class Cutter:
    """Cuts some of the batches of journals, and some of everything else."""

    def __init__(self, address: str, seed: int, share: float) -> None:
        self._to = urlsplit(address)
        self._random = random.Random(seed)
        self._share = share
        self.address = ""
        self.batches: Counter[Cut] = Counter()
        self.others: Counter[Cut] = Counter()
        self._talks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Cutter]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        netloc = f"{self._to.username or 'postgres'}@127.0.0.1:{port}"
        self.address = self._to._replace(netloc=netloc).geturl()
        try:
            yield self
        finally:
            server.close()
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self._talk(reader, writer)
        finally:
            self._talks.discard(task)
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_connection(self._to.hostname, self._to.port or 5432)
        deaf = asyncio.Event()
        back = asyncio.create_task(_pass(theirs, writer, deaf))
        is_journal = False
        try:
            while said := await reader.read(1 << 20):
                is_journal = is_journal or _JOURNAL in said
                cut = self._decide(said, is_journal)
                if cut == "before":
                    return
                if cut == "after":
                    deaf.set()
                ours.write(said)
                await ours.drain()
                if cut == "after":
                    await back
                    return
        finally:
            back.cancel()
            ours.close()

    def _decide(self, said: bytes, is_journal: bool) -> Cut:
        if _EXECUTE not in said:
            return None
        drawn = self._random.random()
        share = self._share if is_journal else self._share / 4
        cut: Cut = "before" if drawn < share / 2 else "after" if drawn < share else None
        (self.batches if is_journal else self.others)[cut] += 1
        return cut


async def _pass(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: asyncio.Event
) -> None:
    """Passes answers on; once `deaf`, ends with the next answer instead."""
    try:
        while (answer := await reader.read(1 << 20)) and not deaf.is_set():
            writer.write(answer)
            await writer.drain()
    finally:
        writer.close()
