"""Where the databases of these tests are: an address for PostgreSQL, a path for SQLite."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luban.engine.worker import Worker
from luban.model.ids import new_id
from luban.model.run import RunDraft, RunStatus
from luban.ports.clock import Clock, SystemClock
from luban.ports.journal import Journal
from luban.ports.stores import Agent, Slice
from luban.storage import postgres, sqlite
from luban.storage.local import LocalBell, LocalBus
from tests.databases import command
from tests.engine.house import OWNER, Graphs, OnlyAgents
from tests.engine.kit import Blocks
from tests.faults.graphs import all_cases, cases

if TYPE_CHECKING:
    from luban.ports.bus import Bell
    from tests.engine.house import Database

AGENT = "a_faults"
OPEN = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING)


class RestlessBell(LocalBell):
    """Looks soon without being rung: what comes for runs here is sent by another process."""

    async def wait(self, timeout: float) -> None:
        await super().wait(min(timeout, 0.01))


async def opened(place: str, clock: Clock | None = None, lease: float = 3.0) -> Database:
    """The database at this place."""
    if "://" in place:
        return await postgres.open_database(place, lease=lease, clock=clock)
    return sqlite.open_database(Path(place), clock=clock)


async def rows_at(place: str, question: str) -> list[dict[str, Any]]:
    """What the database answers."""
    if "://" in place:
        return [dict(row) for row in await command(place, question)]
    with closing(sqlite3.connect(place)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(question)]


async def journal_at(place: str) -> list[dict[str, Any]]:
    """The journals of all runs, with the data of their events."""
    rows = await rows_at(place, "select id, run, kind, node, iteration, data from journal")
    rows.sort(key=lambda row: row["id"])
    return [{**row, "data": json.loads(row["data"])} for row in rows]


def worker_over(
    database: Database,
    journal: Journal,
    blocks: Blocks,
    *,
    clock: Clock | None = None,
    bell: Bell | None = None,
    isolated: bool = False,
) -> Worker:
    """A worker that knows the graphs of the faults, whose versions are numbered from 1."""
    clock, graphs = clock or SystemClock(), Graphs()
    for version, case in enumerate(all_cases().values(), start=1):
        graphs.by_version[version] = case.graph
    return Worker(
        queue=database.queue,
        journal=journal,
        graphs=graphs,
        blocks=blocks,
        world=OnlyAgents(database, lambda: AGENT, clock),
        clock=clock,
        bus=LocalBus(),
        bell=bell or LocalBell(),
        slots=16,
        isolated=isolated,
    )


async def store_runs(
    database: Database, each: int, long: float | None = None, only: Sequence[str] = ()
) -> None:
    """Stores the agent if there is none yet, and some runs of each graph.

    With `long`, also of those that wait, so many seconds at most; `only` names some of them.
    """
    now = time.time()
    if await database.agents.find(OWNER, AGENT) is None:
        agent = Agent(
            id=AGENT, owner=OWNER, name="faults", document={}, created_at=now, updated_at=now
        )
        await database.agents.create(agent)
    shapes = cases() if long is None else all_cases()
    for _ in range(each):
        for version, (name, case) in enumerate(shapes.items(), start=1):
            if only and name not in only:
                continue
            draft = RunDraft(
                id=new_id("r"), owner=OWNER, agent_id=AGENT, version=version,
                inputs={**case.inputs, "long": long}, created_at=now,
            )  # fmt: skip
            await database.runs.create(draft)


async def how_many(database: Database, *statuses: RunStatus) -> int:
    """How many runs stand so."""
    pages = [await database.runs.list(OWNER, Slice(1, 1), status=each) for each in statuses]
    return sum(page.total for page in pages)
