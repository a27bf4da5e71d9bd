"""Stores in memory with what is needed around them."""

from __future__ import annotations

from typing import Any

from luban.ports.people import User
from luban.services.accounts.one_time import OneTimes
from luban.services.accounts.second_factors import SecondFactors
from luban.storage.memory import MemoryDatabase
from luban.vault.key_ring import Key, KeyRing
from luban.vault.sealing import EnvelopeSealing
from tests.accounts.doubles import HandClock


def sealing() -> EnvelopeSealing:
    return EnvelopeSealing(KeyRing(lambda: [Key("k1", b"k" * 32)]))


class Town:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.database = MemoryDatabase()
        self.users, self.sessions = self.database.users, self.database.sessions
        self.one_times = OneTimes(self.sessions, self.clock)
        self.factors = SecondFactors(self.users, self.one_times, sealing(), self.clock)

    async def settle(self, name: str, **values: Any) -> User:
        given = {
            "id": f"u_{name}",
            "email": f"{name}@example.com",
            "name": name.title(),
            "team": f"t_{name}",
            "created_at": 1.0,
        }
        user = User(**(given | values))
        assert await self.users.create(user)
        return user
