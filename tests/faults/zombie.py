"""A worker that tells what becomes of it.

`python -m tests.faults.zombie PLACE LEDGER LEASE PORT [asking]`; with `asking`, every step asks the
database whether it was recorded before.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

from tests.faults.blocks import Traces, noting_blocks
from tests.faults.ledger import Ledger
from tests.faults.places import opened, worker_over


class Told(logging.Handler):
    """Says on standard output that the worker found itself fenced."""

    def emit(self, record: logging.LogRecord) -> None:
        if "its runs went to another worker" in record.getMessage():
            say("fenced")


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def main(place: str, path: Path, lease: float, port: int, asking: bool) -> None:
    logging.getLogger("luban.engine.worker").addHandler(Told())
    database = await opened(place, lease=lease)
    ledger = Ledger(path, place if asking else None)
    worker = worker_over(database, database.journal, noting_blocks(Traces(ledger, port)))
    await worker.start()
    say("works")
    await asyncio.to_thread(sys.stdin.read)
    await worker.stop()
    await database.close()
    say("stopped")


if __name__ == "__main__":
    where, notes, seconds, number, *flags = sys.argv[1:]
    asyncio.run(main(where, Path(notes), float(seconds), int(number), "asking" in flags))
