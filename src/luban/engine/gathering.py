"""Pieces of texts being written, gathered for a moment: one message in place of a dozen."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

from luban.ports.bus import Bus, Listener, Live

GATHER = 0.03
"""Seconds for which pieces of one run are gathered."""
_MOST = 16_384
"""Characters at which they are sent at once."""
_SAME = ("node", "iteration", "pin", "attempt", "claim")


class Gathering:
    """A `Bus` that joins the pieces of text of a run; all else keeps its place among them."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.watched = bus.watched  # asked for every step: a method of ours would cost a frame
        self._gathered: dict[str, _Pieces] = {}

    def publish(self, run: str, live: Live) -> None:
        if live.kind != "step_delta":
            self._send(run)
            self._bus.publish(run, live)
            return
        pieces = self._gathered.get(run)
        if pieces is None:
            timer = asyncio.get_running_loop().call_later(GATHER, self._send, run)
            pieces = self._gathered[run] = _Pieces(timer)
        pieces.add(live.data)
        if pieces.size >= _MOST:
            self._send(run)

    def journal_grew(self, run: str) -> None:
        self._send(run)  # a reader gets the pieces before the whole text
        self._bus.journal_grew(run)

    def listen(self, run: str) -> AbstractAsyncContextManager[Listener]:
        return self._bus.listen(run)

    def _send(self, run: str) -> None:
        pieces = self._gathered.pop(run, None)
        if pieces is not None:
            pieces.timer.cancel()
            for live in pieces.joined():
                self._bus.publish(run, live)


class _Pieces:
    """What was gathered of one run: texts that follow each other are one."""

    def __init__(self, timer: asyncio.TimerHandle) -> None:
        self.timer = timer
        self.size = 0
        self._texts: list[tuple[dict[str, Any], list[str]]] = []
        self._end = 0

    def add(self, data: dict[str, Any]) -> None:
        text, offset = data["text"], data.get("offset", -1)
        self.size += len(text)
        if self._texts and offset == self._end and _same(self._texts[-1][0], data):
            self._texts[-1][1].append(text)
        else:
            self._texts.append((data, [text]))
        self._end = offset + len(text)

    def joined(self) -> list[Live]:
        return [Live("step_delta", {**data, "text": "".join(texts)}) for data, texts in self._texts]


def _same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return all(a.get(name) == b.get(name) for name in _SAME)
