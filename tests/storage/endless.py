"""A process that journals batches of ten steps and reports each one done, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from luban.model.events import to_row
from luban.storage.sqlite import open_database
from tests.storage.places import STEP


async def main(path: Path, run: str) -> None:
    store = open_database(path)
    await store.queue.reap()
    await store.queue.register()
    assert await store.queue.claim(1, only=run)
    number = len(await store.journal.read(run, limit=1_000_000))
    while True:
        rows = [to_row(run, STEP._replace(iteration=number + n)) for n in range(10)]
        await store.journal.commit(rows, [])
        number += 10
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
