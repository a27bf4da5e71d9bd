"""What a run means to those it asked for and to the one that asked for it."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from luban.model.events import RunEnded
from luban.model.run import RunStatus
from luban.storage.sql.database import Database, Record, Session, find
from luban.storage.sql.holding import HeldRun
from luban.storage.sql.inbox import NUDGE
from luban.storage.sql.journal import record
from luban.storage.sql.shares import OPEN

UNTOLD, CHILDREN = 1, 2
"""Of `kin`: its parent must hear of its end; runs it asked for may have to be cancelled then."""
# Takes the parent's row, and so waits for whoever cancels it just now, or makes them wait.
BEAR = f"""
update runs set kin = kin | {CHILDREN} where owner = :owner and id = :parent
returning cancel_requested"""
# First, for it keeps the run as it stands until the transaction is over.
MARK = f"""
update runs set cancel_requested = 1, nudge = nudge + 1
where owner = :owner and id = :run and {OPEN}"""
MARK_CHILDREN = f"""
update runs set cancel_requested = 1, nudge = nudge + 1
where owner = :owner and parent = :run and {OPEN} and cancel_requested = 0 returning id"""
END_IDLE = """
update runs set status = 'cancelled', waiting_for = null, asks = 0, parked = 0, wake_at = null,
  ended_at = :at
where owner = :owner and id = :run and status in ('queued', 'waiting') returning seq"""
TO_TELL = """
select seq, id, owner, parent, kin from runs where kin > 0 and ended_at is not null
order by parent, seq limit :limit"""
TOLD = "update runs set kin = :left where seq = :seq and kin = :kin and ended_at is not null"
_AT_ONCE = 200


async def cancel(session: Session, owner: str, run: str, at: float) -> list[str]:
    """Cancels a run and all below it; the ids of those it changed, none if it was over."""
    if not await session.execute(MARK, owner=owner, run=run):
        return []
    await end_if_idle(session, owner, run, at)
    return [run, *await cancel_below(session, owner, run, at)]


async def cancel_below(session: Session, owner: str, run: str, at: float) -> list[str]:
    """Cancels what a run asked for, and what that asked for; the ids of those it changed.

    A run is marked, and its row kept, before its own children are looked for: one born before is
    found, one born later finds the mark.
    """
    marked: list[str] = []
    level = [run]
    while level:
        below: list[str] = []
        for each in level:
            rows = await session.fetch(MARK_CHILDREN, owner=owner, run=each)
            below += [row["id"] for row in rows]
        for each in below:
            await end_if_idle(session, owner, each, at)
        marked += below
        level = below
    return marked


async def end_if_idle(session: Session, owner: str, run: str, at: float) -> None:
    """Ends a cancelled run that no worker holds."""
    ended = await find(session, END_IDLE, owner=owner, run=run, at=at)
    if ended is not None:  # else its worker will see the mark
        event = RunEnded(RunStatus.CANCELLED.value, {}, None, [], at)
        await record(session, run, HeldRun(ended["seq"], owner), event)


async def tell_relatives(database: Database, at: float) -> list[str]:
    """Nudges parents of what has ended and cancels what it had asked for; whom that changed."""
    changed: dict[str, None] = {}
    while True:
        ended = await database.fetch(TO_TELL, limit=_AT_ONCE)
        untold = (row for row in ended if row["kin"] & UNTOLD)
        for (owner, parent), group in groupby(untold, itemgetter("owner", "parent")):
            # One parent at a time: who holds many runs meets a journal's batch that does too.
            async with database.transaction() as session:
                news = [
                    await _turn(session, row, row["kin"], row["kin"] & CHILDREN) for row in group
                ]
                if any(news) and await session.execute(NUDGE, owner=owner, run=parent):
                    changed[parent] = None
        for row in ended:
            if row["kin"] & CHILDREN:
                async with database.transaction() as session:
                    if await _turn(session, row, CHILDREN, 0):
                        below = await cancel_below(session, row["owner"], row["id"], at)
                        changed |= dict.fromkeys(below)
        if len(ended) < _AT_ONCE:
            return list(changed)


async def _turn(session: Session, row: Record, kin: int, left: int) -> bool:
    """Whether this was still to be done; somebody may be quicker, or it has a child more by now."""
    return await session.execute(TOLD, seq=row["seq"], kin=kin, left=left) > 0
