"""A doorbell that rings in every process on the database."""

from __future__ import annotations

from luban.storage.local import LocalBell
from luban.storage.postgres.signals import Signals


class PostgresBell:
    """`Bell` of one event loop, heard by the others."""

    def __init__(self, signals: Signals) -> None:
        self._here = LocalBell()
        self._signals = signals
        signals.hear("ring", lambda _: self._here.ring())

    def ring(self) -> None:
        self._here.ring()
        self._signals.send_once("ring")

    async def wait(self, timeout: float) -> None:
        await self._here.wait(timeout)
