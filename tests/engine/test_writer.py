"""Group commit under faults of the store: what is put is stored in order, once, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from luban.engine.writer import JournalWriter
from luban.model.errors import LubanError
from luban.model.events import Row, RunStarted, to_row
from luban.ports.journal import Fenced, Recorded, RunChange, StorageFull


class Busy(LubanError):
    """Somebody else writes."""

    code = "busy"
    retryable = True


class Broken(LubanError):
    """Nothing can be written."""

    code = "broken"


class Faulty:
    """A journal that answers with errors before it stores anything."""

    def __init__(self, *errors: LubanError) -> None:
        self._errors = list(errors)
        self.stored: list[list[str]] = []

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        await asyncio.sleep(0)
        if self._errors:
            raise self._errors.pop(0)
        self.stored.append([row.run for row in rows])

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        return []


def row(run: str) -> Row:
    return to_row(run, RunStarted(0.0))


def over(journal: Faulty) -> tuple[JournalWriter, list[Fenced]]:
    fenced: list[Fenced] = []
    made = JournalWriter(journal, on_commit=lambda runs: None, on_fenced=fenced.append, pause=0)
    return made, fenced


async def test_what_is_put_during_a_commit_goes_out_together():
    journal = Faulty()
    made, _ = over(journal)
    made.put(row("r_1"))
    await asyncio.sleep(0)
    made.put(row("r_2"))
    await made.wait(made.put(row("r_3")))
    assert journal.stored == [["r_1"], ["r_2", "r_3"]]


@pytest.mark.parametrize("error", [StorageFull(place="x", cause="y"), Busy()])
async def test_a_store_that_is_full_or_busy_is_asked_again(error: LubanError):
    journal = Faulty(error, error, error)
    made, fenced = over(journal)
    await made.wait(made.put(row("r_1")))
    await made.wait(made.put(row("r_2")))
    assert journal.stored == [["r_1"], ["r_2"]]
    assert fenced == []


@pytest.mark.parametrize("error", [Fenced(worker="1"), Broken()])
async def test_after_a_fence_nothing_is_written(error: LubanError):
    journal = Faulty(error)
    made, fenced = over(journal)
    with pytest.raises(Fenced):
        await made.wait(made.put(row("r_1")))
    with pytest.raises(Fenced):
        made.put(row("r_2"))
    await made.close()
    assert journal.stored == []
    assert len(fenced) == 1


async def test_a_fence_from_outside_drops_what_waits():
    journal = Faulty()
    made, fenced = over(journal)
    batch = made.put(row("r_1"))
    made.fence(Fenced(worker="1"))
    with pytest.raises(Fenced):
        await made.wait(batch)
    await made.close()
    assert journal.stored == []
    assert fenced == []


async def test_closing_does_not_wait_for_room():
    full = StorageFull(place="x", cause="y")
    journal = Faulty(*[full] * 1000)
    made, _ = over(journal)
    made.put(row("r_1"))
    async with asyncio.timeout(5):
        await made.close()
    assert journal.stored == []
