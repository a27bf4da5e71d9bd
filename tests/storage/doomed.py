"""A process that claims a run, journals a step, says so, and waits to be killed."""

from __future__ import annotations

import asyncio
import sys

from luban.storage import postgres
from luban.storage.sqlite import open_database
from tests.storage.places import PostgresPlace, Store, claim_and_step


async def main(where: str, run: str) -> None:
    store: Store
    if postgres.is_postgres(where):
        store = await postgres.open_database(where, lease=PostgresPlace.SHORT_LEASE)
    else:
        store = open_database(where)
    worker = await store.queue.register()
    await claim_and_step(store, run)
    sys.stdout.write(f"{worker}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], sys.argv[2]))
