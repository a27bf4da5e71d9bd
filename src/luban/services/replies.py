"""Answers given to requests with an idempotency key, so that a repeated request does nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from weakref import WeakValueDictionary

from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.stores import ReplyStore


class KeyReused(LubanError):
    """An idempotency key came back with another request."""

    code = "idempotency_key_reused"
    status = 422
    en = "The idempotency key `{key}` was used for another request. Use a new key for each request."
    zh = "幂等键“{key}”已用于另一个请求。请为每个请求使用新的键。"


class Reply(NamedTuple):
    """An answer as it was given."""

    status: int
    body: bytes


class Replies:
    """The answers of an owner's requests, by key."""

    def __init__(self, store: ReplyStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, owner: str, key: str) -> AsyncIterator[None]:
        """Requests with one key go one after the other, so the second finds the first's answer."""
        lock = self._turns.setdefault((owner, key), asyncio.Lock())
        async with lock:
            yield

    async def find(self, owner: str, key: str, fingerprint: str) -> Reply | None:
        """The answer to this very request. Raises `KeyReused` if the key had another."""
        found = await self._store.find(owner, key)
        if found is None:
            return None
        status, body, known = found
        if known != fingerprint:
            raise KeyReused(key=key)
        return Reply(status, body)

    async def save(self, owner: str, key: str, fingerprint: str, reply: Reply) -> None:
        await self._store.save(owner, key, reply.status, reply.body, fingerprint, self._clock.now())
