"""What a row of the journal costs; CPU time, because a busy machine only stretches the other."""

from __future__ import annotations

from pathlib import Path
from time import process_time

from luban.model.events import Row
from luban.storage.sqlite import open_database
from tests.storage.drafts import queued

RUNS, BATCH = 2000, 1000
MICROSECONDS = 10
"""About twice what was measured on two busy cores, taking the best of several batches."""


async def test_a_row_of_a_full_batch_costs_microseconds(tmp_path: Path) -> None:
    store = open_database(tmp_path / "luban.db")
    runs = [f"r_{number:026}" for number in range(RUNS)]
    await queued(store, *runs)
    await store.queue.register()
    await store.queue.claim(RUNS)
    costs: list[float] = []
    for batch in range(10):
        rows = [
            Row(runs[(batch * BATCH + number) % RUNS], "step_finished", "node", 0, b"x" * 150)
            for number in range(BATCH)
        ]
        begun = process_time()
        await store.journal.commit(rows, [])
        costs.append(process_time() - begun)
    assert min(costs) / BATCH * 1e6 < MICROSECONDS
    await store.close()
