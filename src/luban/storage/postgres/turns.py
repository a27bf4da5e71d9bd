"""Turns where many processes store runs of one owner at the same time."""

from __future__ import annotations

from luban.storage.sql.shares import TAKE_TURN, Turns

# A turn lost in a crash costs nothing, so this one transaction does not wait for the disk; else
# the next run of the same owner would, and the one after that.
_AT_EASE = """
with at_ease as materialized (select set_config('synchronous_commit', 'off', true))"""
TURNS = Turns(
    take=_AT_EASE + TAKE_TURN.format(since="from at_ease"),
    apart=True,
    share="for key share",  # goes with taking turns, but not with `for update`
    own="select 1 from shares where owner = :owner for update",
)
