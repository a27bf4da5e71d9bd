"""Messages to runs: kept by the run, in the order in which they came."""

from __future__ import annotations

from typing import Any

from luban.model.values import decode, encode
from luban.ports.journal import Signal
from luban.storage.sql.database import Database, Session, find
from luban.storage.sql.shares import OPEN, RISEN

# `parked` is 1 only while it waits for nobody in particular; its owner's waits are not ended so.
NUDGE = f"""
update runs set nudge = nudge + 1, parked = 0, wake_at = null,
  status = case when parked = 1 then 'queued' else status end,
  vt = case when parked = 1 then {RISEN} else vt end
where owner = :owner and id = :run and {OPEN}"""
# The row of the run is taken first, and until the end, so that ids follow the order of commits:
# whoever has read up to an id misses nothing before it.
TAKE = f"""{NUDGE} and (cast(:once as text) is null
  or not exists (select 1 from inbox where inbox.run = runs.seq and inbox.once = :once))
returning seq"""
IS_OPEN = f"select 1 as open from runs where owner = :owner and id = :run and {OPEN}"
KEEP = """
insert into inbox (owner, run, key, data, once, sent_at)
values (:owner, :seq, :key, :data, :once, :at) on conflict (run, once) do nothing"""
READ = """
select id, key, data from inbox
where run = (select seq from runs where id = :run) and id > :after order by id"""


async def send(
    session: Session, owner: str, run: str, key: str, data: Any, at: float, once: str | None
) -> bool:
    """Keeps a message and wakes the run it is for; `False` if that is over."""
    row = await find(session, TAKE, owner=owner, run=run, once=once)
    if row is None:
        return await find(session, IS_OPEN, owner=owner, run=run) is not None
    content = encode(data)
    await session.execute(
        KEEP, owner=owner, seq=row["seq"], key=key, data=content, once=once, at=at
    )
    return True


async def read(database: Database, run: str, after: int) -> list[Signal]:
    """What came for a run after the message `after`."""
    rows = await database.fetch(READ, run=run, after=after)
    return [Signal(row["id"], row["key"], decode(row["data"])) for row in rows]
