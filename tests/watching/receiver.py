"""A receiver of webhooks over real HTTP, which answers as it is told and keeps what it got."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Message:
    """One request."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def is_signed_with(self, secret: str) -> bool:
        """As the Standard Webhooks specification tells receivers to check."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        given = self.headers["webhook-signature"].split(" ")
        return any(hmac.compare_digest(each, f"v1,{wanted}") for each in given)


@dataclass
class Receiver:
    """`answers` are used up one by one; the last one stays. A `deaf` one never answers."""

    url: str = ""
    deaf: bool = False
    answers: list[bytes] = field(default_factory=lambda: [b"204"])
    got: list[Message] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, count: int, seconds: float = 30) -> None:
        async with asyncio.timeout(seconds), self.news:
            await self.news.wait_for(lambda: len(self.got) >= count)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                assert line.startswith(b"POST "), line
                headers: dict[str, str] = {}
                while (header := (await reader.readline()).decode().strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers["content-length"]))
                status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                async with self.news:
                    self.got.append(Message(headers, body))
                    self.news.notify_all()
                if self.deaf:
                    await reader.read()  # until the sender is gone
                    return
                extra = b"location: http://127.0.0.1:1/\r\n" if status.startswith(b"3") else b""
                head = b"HTTP/1.1 " + status + b" x\r\n" + extra
                writer.write(head + b"content-length: 0\r\n\r\n")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiver(*, deaf: bool = False) -> AsyncIterator[Receiver]:
    made = Receiver(deaf=deaf)
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield made
    finally:
        server.close()
