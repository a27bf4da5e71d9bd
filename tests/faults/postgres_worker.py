"""A worker on PostgreSQL that tells what becomes of it.

`python -m tests.faults.postgres_worker URL LEDGER LEASE [asking]`; with `asking`, every step asks
the database whether it was recorded before.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from pathlib import Path

import asyncpg

from luban.storage import postgres
from tests.faults.ledger import Ledger
from tests.faults.nursery import worker_over
from tests.faults.zombie import Told, say

_RECORDED = """
select count(*) from journal where run = (select seq from runs where id = $1)
  and node = $2 and iteration = $3 and (kind in ('step_finished', 'step_failed')
    or (kind = 'attempt_failed' and (convert_from(data, 'UTF8')::json ->> 'attempt')::int >= $4))"""


class AskingLedger(Ledger):
    """Asks over a connection in a thread of its own, as steps note what they do in between."""

    def __init__(self, path: Path, url: str) -> None:
        super().__init__(path)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        connecting = asyncpg.connect(url, loop=self._loop)
        self._line = asyncio.run_coroutine_threadsafe(connecting, self._loop).result()

    def recorded(self, run: str, node: str, iteration: int, attempt: int) -> bool:
        asking = self._line.fetchval(_RECORDED, run, node, iteration, attempt)
        return bool(asyncio.run_coroutine_threadsafe(asking, self._loop).result())


async def main(url: str, path: Path, lease: float, asking: bool) -> None:
    logging.getLogger("luban.engine.worker").addHandler(Told())
    database = await postgres.open_database(url, lease=lease)
    worker = worker_over(
        database, database.journal, AskingLedger(path, url) if asking else Ledger(path)
    )
    await worker.start()
    say("works")
    await asyncio.to_thread(sys.stdin.read)
    await worker.stop()
    await database.close()
    say("stopped")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), "asking" in sys.argv[4:]))
