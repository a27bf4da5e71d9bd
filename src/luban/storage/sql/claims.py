"""How runs change hands: who may take which, what leaving one does to it, and what came for it."""

from __future__ import annotations

from luban.ports.journal import ISOLATE_AFTER, QUARANTINE_AFTER, Nudged
from luban.storage.sql.database import Record
from luban.storage.sql.run_rows import CLAIMED
from luban.storage.sql.shares import FREE, RISEN

TURN = "prio desc, vt, seq"
COUNTED = "status = 'queued' and capped = 1"
"""Runs that may only be taken after counting how many of their kind are under way.

Only such runs are counted: all of an owner with a cap, and those of an agent's versions with one.
"""
# Ordered as the index is, or PostgreSQL might look for one among all runs there ever were.
ANY_COUNTED = f"select seq from runs where {COUNTED} order by owner, agent_id limit 1"
# `strikes > 0` tells the index.
ISOLATED = f"""status = 'queued' and strikes > 0
  and strikes >= {ISOLATE_AFTER} and strikes < {QUARANTINE_AFTER}"""
HOLD = """status = 'running', worker = :worker, claims = claims + 1, seen = nudge,
  started_at = coalesce(started_at, :at)"""
HELD_COLUMNS = ", ".join(f"runs.{each}" for each in CLAIMED)
PROGRESS = """exists (select 1 from journal j
  where j.run = runs.seq and j.id > runs.mark and j.node <> '')"""
"""Whether steps were recorded since the last strike."""
GIVE_BACK = f"status = 'queued', worker = null, vt = {RISEN}"
# Adding nothing to the id keeps PostgreSQL from walking over the whole journal by it.
STRIKE = f"""strikes = case when {PROGRESS} then 1 else strikes + 1 end,
  mark = coalesce((select max(j.id + 0) from journal j where j.run = runs.seq), 0)"""
WOKEN = f"status = 'queued', parked = 0, wake_at = null, vt = {RISEN}"
LEAVE = f"""status = 'waiting', parked = 1, worker = null,
  strikes = case when strikes > 0 and {PROGRESS} then 0 else strikes end"""
NUDGED = """
select id, nudge, cancel_requested, pause_requested from runs
where worker = :worker and status = 'running' and nudge <> seen order by seq"""
COUNT_ISOLATED = f"select count(*) as isolated from runs where {ISOLATED}"

_OF_OWNER = """(select count(*) from runs u
  where u.status = 'running' and u.capped = 1 and u.owner = {0}.owner)"""
_OF_AGENT = """(select count(*) from runs u
  where u.status = 'running' and u.capped = 1
    and u.owner = {0}.owner and u.agent_id = {0}.agent_id)"""
FITS = f"""(capped = 0
  or (coalesce({_OF_OWNER.format("runs")}
      < (select s.running from shares s where s.owner = runs.owner), true)
    and (at_once is null or {_OF_AGENT.format("runs")} < at_once)))"""
"""Whether one run of a kind, whose number under way nobody else changes, may be taken."""
LEAP = f"""(select q.seq from runs q
  where {COUNTED} and (q.capped, q.owner, q.agent_id) > (1, k.owner, k.agent_id)
  order by q.capped, q.owner, q.agent_id limit 1)"""
"""The next kind, as PostgreSQL finds it at once; SQLite does in two steps."""
TWO_STEPS = f"""coalesce(
  (select q.seq from runs q where {COUNTED} and q.owner = k.owner and q.agent_id > k.agent_id
    order by q.agent_id limit 1),
  (select q.seq from runs q where {COUNTED} and q.owner > k.owner
    order by q.owner, q.agent_id limit 1))"""
# Runs are alike if owner and agent are the same. However many of a kind are queued, kinds are found
# by leaps through the index; of those whose next run has room, only the first are looked into. No
# more is taken of a kind than there is room for, counting also what waits before it.
CHOOSE = f"""
recursive kinds (owner, agent_id) as (
  select first.owner, first.agent_id from runs first where first.seq = (
    select q.seq from runs q where {COUNTED} order by q.owner, q.agent_id limit 1)
  union all
  select next.owner, next.agent_id from kinds k join runs next on next.seq = {{leap}}),
rooms as materialized (
  select k.owner, k.agent_id, s.running - {_OF_OWNER.format("k")} as room,
    {_OF_AGENT.format("k")} as under_way,
    (select q.seq from runs q where {COUNTED} and strikes < {ISOLATE_AFTER}
        and q.owner = k.owner and q.agent_id = k.agent_id
      order by q.prio desc, q.vt, q.seq limit 1) as head
  from kinds k left join shares s on s.owner = k.owner),
roomy as materialized (
  select r.owner, r.agent_id, r.room, r.under_way, h.at_once - r.under_way as alike
  from rooms r join runs h on h.seq = r.head
  where (r.room is null or r.room > 0) and (h.at_once is null or h.at_once > r.under_way)
  order by h.prio desc, h.vt, h.seq limit :limit),
heads as (
  select h.owner, h.seq, h.prio, h.vt, h.at_once, r.room, r.under_way + row_number() over (
    partition by h.owner, h.agent_id order by h.prio desc, h.vt, h.seq) as would_be
  from roomy r join runs h on h.seq {{any_of}} (
    select q.seq from runs q where {COUNTED} and strikes < {ISOLATE_AFTER}
      and q.owner = r.owner and q.agent_id = r.agent_id
    order by q.prio desc, q.vt, q.seq limit {{room}}){{end}}),
fitting as (
  select seq, prio, vt, room, row_number() over (
    partition by owner order by prio desc, vt, seq) as place
  from heads where at_once is null or would_be <= at_once),
free as (select seq, prio, vt from runs where {FREE} order by {TURN} limit :limit),
chosen as (
  select seq, prio, vt from fitting where room is null or place <= room
  union all select seq, prio, vt from free
  order by {TURN} limit :limit)"""


def nudged(row: Record) -> Nudged:
    """What came for a run, as its worker is told."""
    return Nudged(
        run=row["id"],
        nudge=row["nudge"],
        cancel_requested=bool(row["cancel_requested"]),
        pause_requested=bool(row["pause_requested"]),
    )
