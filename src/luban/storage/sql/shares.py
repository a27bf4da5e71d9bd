"""Whose turn it is: start-time fair queueing, and what an owner may have of the workers.

Every run has a virtual time, at which its turn begins if all owners are served at the same pace.
An owner's runs are 1/weight apart; nobody begins before the runs that are queued now, so who was
away saves up nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from luban.ports.journal import ISOLATE_AFTER
from luban.ports.stores import Caps, TooManyQueued
from luban.storage.sql.database import Database, Session, find

OPEN = "status in ('queued', 'running', 'waiting')"
"""Runs that are not over."""
FREE = f"status = 'queued' and capped = 0 and strikes < {ISOLATE_AFTER}"
"""Runs that any worker may take without counting."""
# The virtual time of the queue: of the next run of this priority, of any, or the last given.
NOW = f"""coalesce(
  (select q.vt from runs q where {FREE} and q.prio = {{prio}} order by q.vt, q.seq limit 1),
  (select q.vt from runs q where {FREE} order by q.prio desc, q.vt, q.seq limit 1),
  (select q.vt from runs q where q.status = 'queued' order by q.prio desc, q.vt, q.seq limit 1),
  (select max(last_vt) from shares), 0)"""
RISEN = f"""case when runs.vt < {NOW.format(prio="runs.prio")}
  then {NOW.format(prio="runs.prio")} else runs.vt end"""
"""The virtual time of a run that comes back to the queue: it saved up nothing either."""
TAKE_TURN = f"""
insert into shares (owner, last_vt)
select cast(:owner as text), {NOW.format(prio=":prio")} {{since}} where true
on conflict (owner) do update set last_vt = case
  when excluded.last_vt > shares.last_vt + 1.0 / shares.weight then excluded.last_vt
  else shares.last_vt + 1.0 / shares.weight end
returning last_vt, queued"""
KEEP_OUT = "update shares set queued = queued where owner = :owner returning queued"
COUNT_QUEUED = """
select count(*) as queued from (select 1 from runs
  where owner = :owner and status = 'queued' limit :cap) as counted"""
CAPS = "select weight, running, queued from shares where owner = :owner"
SET_CAPS = """
insert into shares (owner, weight, running, queued) values (:owner, :weight, :running, :queued)
on conflict (owner) do update set weight = excluded.weight, running = excluded.running,
  queued = excluded.queued"""
CAP = f"""
update runs set capped = case when at_once is null then :capped else 1 end
where owner = :owner and {OPEN}
  and capped <> case when at_once is null then :capped else 1 end"""


class Turns(NamedTuple):
    """How turns are given where several may store runs of one owner at the same time."""

    take: str
    """The statement that takes one."""
    apart: bool
    """Whether it is a transaction of its own, so that nobody waits for another's run."""
    share: str
    """Added to a read of an owner's row, lets others read it too, but nobody change its caps."""
    own: str | None
    """Waits for all who do so."""


ONE_WRITER = Turns(TAKE_TURN.format(since=""), apart=False, share="", own=None)
"""Where transactions that write come one after the other anyway."""


class Turn(NamedTuple):
    """The virtual time of a new run, and how many of its owner may be queued."""

    vt: float
    queued: int | None


async def take_turn(asked: Database | Session, turns: Turns, owner: str, prio: int) -> Turn:
    """The turn of an owner's next run."""
    share = await find(asked, turns.take, owner=owner, prio=prio)
    assert share is not None
    return Turn(share["last_vt"], share["queued"])


async def check_queued(session: Session, owner: str) -> None:
    """Raises `TooManyQueued`; until the end of the transaction nobody else counts."""
    share = await find(session, KEEP_OUT, owner=owner)
    cap = share["queued"] if share else None
    if cap is not None:
        found = await find(session, COUNT_QUEUED, owner=owner, cap=cap)
        if found is not None and found["queued"] >= cap:
            raise TooManyQueued(queued=found["queued"], cap=cap)


async def caps(database: Database, owner: str) -> Caps:
    """What an owner may have; nothing was said about most."""
    row = await find(database, CAPS, owner=owner)
    if row is None:
        return Caps()
    return Caps(weight=row["weight"], running=row["running"], queued=row["queued"])


async def set_caps(session: Session, turns: Turns, owner: str, caps: Caps) -> None:
    """Says what an owner may have; also of runs that are queued or under way."""
    await session.execute(SET_CAPS, owner=owner, **caps.model_dump())
    if turns.own is not None:
        await session.fetch(turns.own, owner=owner)
    await session.execute(CAP, owner=owner, capped=int(caps.running is not None))
