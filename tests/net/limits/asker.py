"""A process that asks an address through the limits of a database, one line at a time.

`python -m tests.net.limits.asker DATABASE LIMITS` reads lines `RUN COUNT URL` and answers each with
the statuses it got, when all calls are over.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from luban.net import AllowList, GuardedHttp
from luban.net.limits import LimitedHttp, LimitSettings, SharedLimits
from luban.ports.limits import Requester
from luban.storage import postgres, sqlite


async def open_database(where: str) -> Any:
    if where.startswith("postgresql"):
        database = await postgres.open_database(where)
        await database.hear_others()
        return database
    return sqlite.open_database(where)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(where: str, limits: str) -> None:
    database = await open_database(where)
    http = GuardedHttp(AllowList.parse("loopback"))
    shared = SharedLimits(database.limits, LimitSettings.read(json.loads(limits)))
    tell("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        run, count, url = line.split()
        limited = LimitedHttp(http, shared, Requester("local", run))
        answers = await asyncio.gather(
            *(limited.request("GET", url, timeout=20) for _ in range(int(count)))
        )
        tell(json.dumps([answer.status for answer in answers]))
    await shared.aclose()
    await http.aclose()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
