"""A real server that is asked too much now and then, and notes who came when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from time import monotonic, time

from tests.net.raw_server import Asked, serving

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Door:
    """`refusals` are the headers of the next refusals; `hold` is how long a call takes."""

    refusals: list[str] = field(default_factory=list[str])
    status: int = 429
    hold: float = 0.0
    url: str = ""
    came: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    refused_at: list[float] = field(default_factory=list[float])
    inside: int = 0
    most_inside: int = 0

    async def answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.came.append((asked.target, monotonic()))
        if self.refusals:
            header = self.refusals.pop(0)
            self.refused_at.append(monotonic())
            writer.write(
                f"HTTP/1.1 {self.status} Later\r\n{header}Content-Length: 0\r\n\r\n".encode()
            )
            return
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        await asyncio.sleep(self.hold)
        self.inside -= 1
        writer.write(OK)

    def after(self, moment: float) -> list[float]:
        """When calls came after a moment, in seconds from it."""
        return [at - moment for _, at in self.came if at > moment]


def in_seconds(seconds: int) -> str:
    return f"Retry-After: {seconds}\r\n"


def at_date(seconds: int) -> str:
    """The other form; the server's clock is a day ahead of everybody's."""
    now = time() + 86_400
    date, until = formatdate(now, usegmt=True), formatdate(now + seconds, usegmt=True)
    return f"Date: {date}\r\nRetry-After: {until}\r\n"


@asynccontextmanager
async def standing(door: Door) -> AsyncIterator[Door]:
    """Opens the door on a free port."""
    async with serving(door.answer) as server:
        door.url = server.url("")
        yield door
