"""A process that claims a run, journals a step, says so, and waits to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from luban.storage.sqlite import open_database
from tests.storage.places import claim_and_step


async def main(path: Path, run: str) -> None:
    store = open_database(path)
    worker = await store.queue.register()
    await claim_and_step(store, run)
    sys.stdout.write(f"{worker}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
