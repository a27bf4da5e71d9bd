"""A process with several users of one credential: `python -m tests.connecting.user FILE URL ID`.

Says `ready` when all of them are about to open it, and prints one access token a line at the end.
"""

from __future__ import annotations

import asyncio
import sys

from luban.net import AllowList, GuardedHttp
from luban.ports.clock import SystemClock
from luban.providers.catalogue import catalogue
from tests.connecting.desk import ME, open_desk
from tests.providers.wire import moved

USERS = 10


async def main(address: str, base: str, credential_id: str) -> None:
    clock, http = SystemClock(), GuardedHttp(AllowList.parse("loopback"))
    if address.startswith("postgres"):
        from luban.storage import postgres

        database = await postgres.open_database(address, lease=10, clock=clock)
    else:
        from luban.storage import sqlite

        database = sqlite.open_database(address, clock=clock)
    desk = open_desk(database, http, {"github": moved(catalogue()["github"], base)}, clock)

    async def use() -> str:
        opened = await desk.credentials.opened(ME.team, credential_id)
        return opened.secret["access_token"]

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    for token in await asyncio.gather(*(use() for _ in range(USERS))):
        sys.stdout.write(f"{token}\n")
    await http.aclose()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
