"""An IMAP server with a mail box in memory: as much of RFC 9051 as reading letters needs."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

USER, WORD = "lu@example.com", "correct horse"


@dataclass
class Box:
    """Letters by their numbers, and what was said; every search but by number finds all."""

    letters: dict[int, bytes]
    seen: set[int] = field(default_factory=set[int])
    heard: list[str] = field(default_factory=list[str])
    sizes: dict[int, int] = field(default_factory=dict[int, int])
    port: int = 0

    def answer(self, verb: str, rest: str) -> tuple[list[bytes], str]:
        """What is sent before the end, and the end."""
        if verb == "LOGIN":
            right = shlex.split(rest) == [USER, WORD]
            return [], "OK in" if right else "NO [AUTHENTICATIONFAILED] who?"
        if verb in ("SELECT", "EXAMINE"):
            there = rest.strip('"') == "INBOX"
            count = f"* {len(self.letters)} EXISTS".encode()
            mode = "READ-WRITE" if verb == "SELECT" else "READ-ONLY"
            return [count] if there else [], f"OK [{mode}] done" if there else "NO none"
        if verb == "UID" and rest.startswith("SEARCH"):
            named = re.search(r"\bUID ([\d,]+)\)", rest)
            uids = _numbers(named[1], self.letters) if named else list(self.letters)
            return [b"* SEARCH " + " ".join(map(str, uids)).encode()], "OK done"
        if verb == "UID" and rest.startswith("FETCH"):
            _, wanted, parts = rest.split(" ", 2)
            return [self._part(uid, parts) for uid in _numbers(wanted, self.letters)], "OK done"
        if verb == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1"], "OK done"
        return [], "OK done"

    def _part(self, uid: int, parts: str) -> bytes:
        letter = self.letters[uid]
        size = self.sizes.get(uid, len(letter))
        if "BODY" not in parts:
            return f"* {uid} FETCH (UID {uid} RFC822.SIZE {size})".encode()
        if "HEADER" in parts:
            letter = letter.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        if "PEEK" not in parts:
            self.seen.add(uid)
        flags = "\\Seen" if uid in self.seen else ""
        name = "BODY[HEADER]" if "HEADER" in parts else "BODY[]"
        head = f"* {uid} FETCH (UID {uid} FLAGS ({flags}) RFC822.SIZE {size} {name} "
        return head.encode() + b"{%d}\r\n" % len(letter) + letter + b")"


@asynccontextmanager
async def imap_box(box: Box) -> AsyncIterator[Box]:
    """Listens on a free port while the block runs."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        while line := await _line(reader, writer):
            tag, verb, *rest = line.split(" ", 2)
            box.heard.append(f"{verb} {' '.join(rest)}".strip())
            before, end = box.answer(verb, " ".join(rest))
            for each in before:
                writer.write(each + b"\r\n")
            writer.write(f"{tag} {end}\r\n".encode())

    async with speaking(speak) as box.port:
        yield box


Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def speaking(speak: Speak) -> AsyncIterator[int]:
    """A server on a free port that says to each who comes what the test wants."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await speak(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """A command with the literals in it."""
    line = (await reader.readline()).decode().rstrip("\r\n")
    while found := re.search(r"\{(\d+)\}$", line):
        writer.write(b"+ go on\r\n")
        literal = await reader.readexactly(int(found[1]))
        line = line[: found.start()] + literal.decode()
        line += (await reader.readline()).decode().rstrip("\r\n")
    return line


def _numbers(wanted: str, known: dict[int, bytes]) -> list[int]:
    return [int(each) for each in wanted.split(",") if int(each) in known]
