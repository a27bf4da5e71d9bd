"""Live events for readers in any process on the database."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from luban.ports.bus import Listener, Live
from luban.storage.local import LocalBus
from luban.storage.postgres.signals import TURN, Signals

_PIECE = 1000
"""Characters of a text that always fit into one notification, however they are written."""
_FORGET = 3 * TURN
"""Seconds after which a reader elsewhere that said nothing more is taken for gone."""


class PostgresBus:
    """`Bus` of one event loop: what has readers here stays here, and goes where else it has some.

    Readers make themselves known by saying which runs they watch, again every few seconds.
    """

    def __init__(self, signals: Signals) -> None:
        self._here = LocalBus()
        self._signals = signals
        self._read_here: Counter[str] = Counter()
        self._elsewhere: dict[str, float] = {}
        signals.hear("watch", self._watched_elsewhere)
        signals.hear("live", self._heard)
        signals.hear("grew", self._here.journal_grew)
        signals.every_turn(self._turn)

    def watched(self, run: str) -> bool:
        return run in self._elsewhere or self._here.watched(run)

    def publish(self, run: str, live: Live) -> None:
        self._here.publish(run, live)
        if run in self._elsewhere:
            for kind, data in _fitting(live):
                self._signals.send("live", [run, kind, data])

    def journal_grew(self, run: str) -> None:
        self._here.journal_grew(run)
        if run in self._elsewhere:
            self._signals.send_once("grew", run)

    @asynccontextmanager
    async def listen(self, run: str) -> AsyncIterator[Listener]:
        self._read_here[run] += 1
        self._signals.send_once("watch", [run])
        try:
            async with self._here.listen(run) as listener:
                yield listener
        finally:
            self._read_here[run] -= 1
            if not self._read_here[run]:
                del self._read_here[run]

    def _watched_elsewhere(self, runs: list[str]) -> None:
        until = asyncio.get_running_loop().time() + _FORGET
        for run in runs:
            if run not in self._elsewhere:
                # It may have missed rows that were written before we knew of it.
                self._signals.send_once("grew", run)
            self._elsewhere[run] = until

    def _heard(self, said: list[Any]) -> None:
        run, kind, content = said
        self._here.publish(run, Live(kind, content))

    def _turn(self) -> None:
        now = asyncio.get_running_loop().time()
        self._elsewhere = {run: until for run, until in self._elsewhere.items() if until > now}
        runs = list(self._read_here)
        for start in range(0, len(runs), 100):
            self._signals.send_once("watch", runs[start : start + 100])


def _fitting(live: Live) -> list[Live]:
    """The same in messages that are short enough: a long text in pieces, of a remark the head."""
    text = live.data.get("text")
    if not isinstance(text, str) or len(text) <= _PIECE:
        return [live]
    if live.kind != "step_delta":
        return [Live(live.kind, {**live.data, "text": f"{text[:_PIECE]}…"})]
    begin = live.data.get("offset", 0)
    return [
        Live(live.kind, {**live.data, "text": text[at : at + _PIECE], "offset": begin + at})
        for at in range(0, len(text), _PIECE)
    ]
