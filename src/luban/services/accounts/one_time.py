"""Tokens that may be redeemed once before they expire: what is sent, and what is kept of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.people import OneTime, SessionStore

BYTES = 32
_LONGEST = 200


class LinkOver(LubanError):
    """A link was used already, is too old, or was withdrawn."""

    code = "link_over"
    status = 410
    en = "This link is no longer valid: it was used, withdrawn, or is too old. Ask for a new one."
    zh = "此链接已失效：已被使用、撤回或已过期。请索取新的链接。"


class OneTimes:
    """Makes, looks at and redeems them; `kind` is what they are for."""

    def __init__(self, store: SessionStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def make(
        self, kind: str, subject: str, data: Mapping[str, Any], seconds: float
    ) -> tuple[str, OneTime]:
        """A token of 256 random bits, and what is kept of it."""
        token = secrets.token_urlsafe(BYTES)
        return token, await self._offer(token, kind, subject, data, seconds)

    async def make_known(self, kind: str, token: str, seconds: float) -> None:
        """One that was chosen elsewhere, and is random enough."""
        await self._offer(token, kind, "", {}, seconds)

    async def _offer(
        self, token: str, kind: str, subject: str, data: Mapping[str, Any], seconds: float
    ) -> OneTime:
        now = self._clock.now()
        kept = OneTime(
            digest=digest_of(token),
            kind=kind,
            subject=subject,
            data=data,
            created_at=now,
            expires_at=now + seconds,
        )
        await self._store.offer(kept)
        return kept

    async def look(self, kind: str, token: str) -> OneTime:
        """What it would give, and leaves it. Raises `LinkOver`."""
        found = await self._store.look(kind, digest_of(token), self._clock.now())
        if found is None:
            raise LinkOver
        return found

    async def redeem(self, kind: str, token: str) -> OneTime:
        """Of two who try at once only one gets it. Raises `LinkOver`."""
        found = await self._store.redeem(kind, digest_of(token), self._clock.now())
        if found is None:
            raise LinkOver
        return found

    async def give_back(self, one_time: OneTime) -> None:
        """Something stood in the way of what it was redeemed for."""
        await self._store.offer(one_time)

    async def offered(self, kind: str, subject: str) -> list[OneTime]:
        return await self._store.offered(kind, subject, self._clock.now())

    async def withdraw(self, kind: str, subject: str, one_time_id: str | None = None) -> bool:
        """All of a subject, or the one of this id; whether there was any."""
        if one_time_id is None:
            return await self._store.withdraw(kind, subject) > 0
        for each in await self.offered(kind, subject):
            if id_of(each) == one_time_id:
                now = self._clock.now()
                return await self._store.redeem(kind, each.digest, now) is not None
        return False


def digest_of(token: str) -> bytes:
    """What is stored of a random token; it is too long to be guessed from that."""
    return hashlib.sha256(token[:_LONGEST].encode()).digest()


def id_of(one_time: OneTime) -> str:
    """By what people name it; the token cannot be found from it."""
    return f"o_{one_time.digest.hex()[:32]}"
