"""A worker that tells what becomes of it: `python -m tests.faults.zombie FOLDER`."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

from luban.storage.sqlite import open_database
from tests.faults.ledger import Ledger
from tests.faults.nursery import database_in, ledger_in, worker_over


class Told(logging.Handler):
    """Says on standard output that the worker found itself fenced."""

    def emit(self, record: logging.LogRecord) -> None:
        if "its runs went to another worker" in record.getMessage():
            say("fenced")


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def main(folder: Path) -> None:
    logging.getLogger("luban.engine.worker").addHandler(Told())
    database = open_database(database_in(folder))
    ledger = Ledger(ledger_in(folder), database_in(folder))
    worker = worker_over(database, database.journal, ledger)
    await worker.start()
    say("works")
    await asyncio.to_thread(sys.stdin.read)
    await worker.stop()
    await database.close()
    say("stopped")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
