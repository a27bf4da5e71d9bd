"""How a run comes to stand still for its owner, and goes on."""

from __future__ import annotations

from luban.model.events import RunPaused, RunResumed
from luban.model.run import OWNERS, Wait, WaitKind
from luban.ports.journal import ISOLATE_AFTER, QUARANTINE_AFTER
from luban.storage.sql.database import Database, Session, find
from luban.storage.sql.family import end_if_idle
from luban.storage.sql.holding import HeldRun
from luban.storage.sql.journal import record
from luban.storage.sql.run_rows import waits, waits_content
from luban.storage.sql.shares import OPEN, RISEN

# It waits for its owner; while it waits for anything else, it is parked.
STANDS = "status = 'waiting' and parked = 0"
ASK = f"""
update runs set pause_requested = 1, nudge = nudge + 1
where owner = :owner and id = :run and {OPEN} and not ({STANDS}) and pause_requested = 0
returning seq, status, waiting_for"""
# One that was never claimed has a journal to begin with from now on, as a fork has.
STAND = """
update runs set status = 'waiting', parked = 0, wake_at = null, waiting_for = :waiting_for,
  claims = case when claims = 0 then 1 else claims end
where owner = :owner and seq = :seq"""
LET_GO = f"""
update runs set nudge = nudge + 1, pause_requested = 0,
  strikes = case when strikes > {ISOLATE_AFTER} then {ISOLATE_AFTER} else strikes end
where owner = :owner and id = :run and {STANDS} returning seq, waiting_for"""
GO_ON = f"""
update runs set status = 'queued', waiting_for = :waiting_for, vt = {RISEN}
where owner = :owner and seq = :seq"""
# `strikes > 0` tells the index.
CONDEMNED = f"status = 'queued' and strikes > 0 and strikes >= {QUARANTINE_AFTER}"
FIND_CONDEMNED = f"select seq from runs where {CONDEMNED}"
QUARANTINE = f"""
update runs set status = 'waiting', parked = 0, nudge = nudge + 1
where seq = :seq and {CONDEMNED}
returning owner, id, waiting_for, strikes, cancel_requested"""


async def pause(session: Session, owner: str, run: str, at: float) -> bool:
    """Stops a run that no worker holds, and asks the worker of another to stop it."""
    row = await find(session, ASK, owner=owner, run=run)
    if row is None:
        return False
    if row["status"] != "running":
        stands = [Wait(kind=WaitKind.PAUSE, since=at), *waits(row["waiting_for"])]
        content = waits_content(stands)
        await session.execute(STAND, owner=owner, seq=row["seq"], waiting_for=content)
        await record(session, run, HeldRun(row["seq"], owner), RunPaused("pause", 0.0, at))
    return True


async def resume(
    session: Session, owner: str, run: str, limits: dict[str, float], at: float
) -> bool:
    """Puts a run that stands still back in the queue."""
    row = await find(session, LET_GO, owner=owner, run=run)
    if row is None:
        return False
    left = [wait for wait in waits(row["waiting_for"]) if wait.kind not in OWNERS]
    await session.execute(GO_ON, owner=owner, seq=row["seq"], waiting_for=waits_content(left))
    await record(session, run, HeldRun(row["seq"], owner), RunResumed(limits, at))
    return True


async def quarantine(database: Database, at: float) -> None:
    """Lets runs that killed too many workers stand still."""
    for condemned in await database.fetch(FIND_CONDEMNED):
        async with database.transaction() as session:
            row = await find(session, QUARANTINE, seq=condemned["seq"])
            if row is None:
                continue  # somebody else was quicker
            kills = {"kills": row["strikes"]}
            stands = Wait(kind=WaitKind.QUARANTINE, since=at, details=kills)
            content = waits_content([stands, *waits(row["waiting_for"])])
            seq = condemned["seq"]
            await session.execute(STAND, owner=row["owner"], seq=seq, waiting_for=content)
            if row["cancel_requested"]:
                await end_if_idle(session, row["owner"], row["id"], at)
