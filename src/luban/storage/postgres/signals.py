"""Short messages between the processes on one database, over NOTIFY and LISTEN.

They have a connection of their own, for a notification in the journal's transaction would make all
commits of the server wait for each other. What is lost costs latency only.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import orjson

from luban.storage.postgres.address import Address
from luban.storage.postgres.failures import FAILED, translate
from luban.storage.postgres.pool import Line, connect

log = logging.getLogger(__name__)

CHANNEL = "luban"
TURN = 5.0
"""Seconds after which everybody says again what others must know."""
_WAITING = 10_000
"""Messages kept while the server is away or slow; the oldest are dropped."""
_AT_ONCE = 50
_ROOM = 7_900
"""Bytes of one notification; the server takes fewer than 8,000."""
_SEND = f"select pg_notify('{CHANNEL}', said) from unnest($1::text[]) said"
_LONGEST_PAUSE = 5.0
_PARTING = 1.0


class Signals:
    """Sends messages to the other processes and hands theirs to who asked for that kind."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._me = secrets.token_hex(6)
        self._hearers: dict[str, Callable[[Any], None]] = {}
        self._on_turn: list[Callable[[], None]] = []
        self._waiting: deque[bytes] = deque(maxlen=_WAITING)
        self._once: set[bytes] = set()
        self._wake = asyncio.Event()
        self._quiet = asyncio.Event()
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def hear(self, kind: str, hearer: Callable[[Any], None]) -> None:
        """Gives every message of this kind from other processes to `hearer`."""
        self._hearers[kind] = hearer

    def every_turn(self, act: Callable[[], None]) -> None:
        """Calls `act` after connecting and every few seconds from then on."""
        self._on_turn.append(act)

    def send(self, kind: str, content: Any) -> None:
        """Tells the others; a message too long for a notification is left out."""
        said = orjson.dumps([kind, content], default=str)
        if len(said) < _ROOM - 100:
            self._waiting.append(said)
            self._stir()

    def send_once(self, kind: str, content: Any = None) -> None:
        """As `send`, but not if the same still waits to be sent."""
        self._once.add(orjson.dumps([kind, content]))
        self._stir()

    def _stir(self) -> None:
        self._quiet.clear()
        self._wake.set()

    async def start(self) -> None:
        """Begins to listen, and returns when it does, or when the server is away."""
        self._task = asyncio.create_task(self._talk())
        with suppress(TimeoutError):
            async with asyncio.timeout(TURN):
                await self._connected.wait()

    async def close(self) -> None:
        """Sends what still waits, if that is quickly done."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            if self._connected.is_set():
                async with asyncio.timeout(_PARTING):
                    await self._quiet.wait()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _talk(self) -> None:
        pause = 0.1
        while True:
            try:
                line = await connect(self._address)
                try:
                    await line.add_listener(CHANNEL, self._heard)
                    line.add_termination_listener(lambda _: self._wake.set())
                    self._connected.set()
                    pause = 0.1
                    await self._send_forever(line)
                finally:
                    self._connected.clear()
                    line.terminate()
            except FAILED as error:
                log.warning("signals: %s", translate(error, self._address.place))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _send_forever(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        turn = loop.time()
        while not line.is_closed():
            if loop.time() >= turn:
                turn = loop.time() + TURN
                for act in self._on_turn:
                    act()
            if messages := list(self._packed()):
                await line.execute(_SEND, messages, timeout=TURN)
                continue
            self._wake.clear()
            self._quiet.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(turn - loop.time(), 0)):
                    await self._wake.wait()

    def _packed(self) -> Iterator[str]:
        """What waits, as few notifications, and not more than go into one transaction."""
        once, self._once = self._once, set()
        self._waiting.extend(once)
        for _ in range(_AT_ONCE):
            if not self._waiting:
                return
            parts = [self._waiting.popleft()]
            size = len(parts[0])
            while self._waiting and size + len(self._waiting[0]) < _ROOM - 100:
                parts.append(self._waiting.popleft())
                size += len(parts[-1]) + 1
            yield f'["{self._me}",{secrets.randbits(32)},[{b",".join(parts).decode()}]]'

    def _heard(self, line: Any, process: int, channel: str, payload: str) -> None:
        try:
            sender, _, messages = orjson.loads(payload)
            if sender == self._me:
                return
            for kind, content in messages:
                if (hearer := self._hearers.get(kind)) is not None:
                    hearer(content)
        except (ValueError, TypeError, KeyError) as error:  # anybody may write on the channel
            log.warning("a notification that cannot be read: %s", error)
