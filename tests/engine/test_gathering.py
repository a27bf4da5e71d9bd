"""Texts in pieces: gathered for a moment, in order, and never after the fact they tell of."""

from __future__ import annotations

from luban.engine.gathering import Gathering
from luban.ports.bus import Live
from luban.storage.local import LocalBus

SOON, NEVER = 0.01, 30.0


def piece(text: str, offset: int, **more: object) -> Live:
    where = {"node": "chat", "iteration": 0, "pin": "answer", "attempt": 1, "claim": 1}
    return Live("step_delta", {**where, "text": text, "offset": offset, **more})


async def test_pieces_of_one_text_become_one_message() -> None:
    bus = LocalBus()
    gathering = Gathering(bus)
    async with gathering.listen("r_1") as listener:
        for offset, letter in enumerate("hello"):
            gathering.publish("r_1", piece(letter, offset))
        assert await listener.next(SOON / 10) == []
        assert await listener.next(NEVER) == [piece("hello", 0)]


async def test_other_texts_and_gaps_stay_apart() -> None:
    gathering = Gathering(LocalBus())
    told = [piece("a", 0), piece("b", 5), piece("c", 0, pin="other"), piece("d", 0, attempt=2)]
    async with gathering.listen("r_1") as listener:
        for each in told:
            gathering.publish("r_1", each)
        assert await listener.next(NEVER) == told


async def test_everything_else_keeps_its_place() -> None:
    gathering = Gathering(LocalBus())
    begun = Live("step_started", {"node": "next"})
    async with gathering.listen("r_1") as listener:
        gathering.publish("r_1", piece("a", 0))
        gathering.publish("r_1", begun)
        gathering.publish("r_1", piece("b", 1))
        gathering.journal_grew("r_1")
        assert await listener.next(NEVER) == [piece("a", 0), begun, piece("b", 1)]
        assert await listener.next(NEVER) == []


async def test_much_text_does_not_wait() -> None:
    gathering = Gathering(LocalBus())
    long = piece("x" * 20_000, 0)
    async with gathering.listen("r_1") as listener:
        gathering.publish("r_1", long)
        assert await listener.next(0) == [long]
