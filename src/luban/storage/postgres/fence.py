"""The role that requests work as: of every table with owners it sees the rows of one owner only.

The tables belong to the server's own user, to whom their policies do not apply: the engine's
statements act for everybody and cost what they did. What is done for one owner goes over
connections that took the role of this file, so a statement that forgot its owner finds nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import asyncpg

from luban.storage.postgres.errors import WrongDatabase
from luban.storage.postgres.pool import Line

SETTING = "luban.owner"
"""Whose rows may be seen and written, by whoever works as the role."""
LOCK = 0x66656E6365
"""Who changes rights in a database holds it; the letters of the word."""
_FACTS = """
select current_user as name, left(current_user, 50) || '_requests' as role,
  (select bool_or(row_security_active(c.oid)) from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relrowsecurity) as shut_out"""
_ROLE = """
select pg_has_role(r.oid, case when current_setting('server_version_num')::int < 160000
    then 'member' else 'set' end) as member, r.rolsuper or r.rolbypassrls or exists (
    select 1 from pg_class c where c.relnamespace = current_schema()::regnamespace
      and c.relrowsecurity and pg_has_role(r.oid, c.relowner, 'usage')) as passes,
  has_schema_privilege(r.oid, current_schema()::regnamespace, 'usage')
    and not exists (select 1 from pg_class c
      where c.relnamespace = current_schema()::regnamespace and c.relrowsecurity
        and not has_table_privilege(r.oid, c.oid, 'insert')) as granted
from pg_roles r where r.rolname = $1"""
_GRANTS = """
select format('grant usage on schema %I to %I', current_schema(), $1::text) as said
union all
select format('grant select, insert, update, delete on %s to %I', c.oid::regclass, $1::text)
from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relrowsecurity
union all
select format('grant usage on sequence %s to %I', s.oid::regclass, $1::text)
from pg_class s join pg_depend d on d.objid = s.oid and d.deptype = 'a'
  join pg_class c on c.oid = d.refobjid
where s.relkind = 'S' and c.relrowsecurity
  and c.relnamespace = current_schema()::regnamespace"""
_SAY = "select format($1::text, $2::text, $3::text) as said"


class Fence(NamedTuple):
    """The role, or why there is none."""

    role: str | None
    missing: str = ""


async def raise_fence(line: Line, place: str) -> Fence:
    """Makes the role and gives it its rights, as far as that is needed and allowed.

    Raises `WrongDatabase` if the tables are somebody else's, whose policies would hide every row.
    """
    facts: Any = await line.fetchrow(_FACTS)
    if facts["shut_out"]:
        cause = f"its tables belong to another user than {facts['name']}"
        raise WrongDatabase(place=place, cause=cause)
    role: str = facts["role"]
    try:
        if await _stands(line, role):
            return Fence(role)
        async with line.transaction():
            await line.execute(f"select pg_advisory_xact_lock({LOCK})")
            return await _role(line, facts["name"], role)
    except asyncpg.InsufficientPrivilegeError:
        return Fence(None, f"the role {role} is missing, and {facts['name']} may not make it")


async def _stands(line: Line, role: str) -> bool:
    found: Any = await line.fetchrow(_ROLE, role)
    return bool(found and found["member"] and found["granted"] and not found["passes"])


async def _role(line: Line, user: str, role: str) -> Fence:
    found: Any = await line.fetchrow(_ROLE, role)
    if found is None:
        await _make(line, role)
        found = await line.fetchrow(_ROLE, role)
    if found["passes"]:
        return Fence(None, f"the role {role} passes row-level security")
    if not found["member"]:
        await _say(line, "grant %I to %I", role, user)
    if not found["granted"]:
        for row in await line.fetch(_GRANTS, role):
            await line.execute(row["said"])
    return Fence(role)


async def _make(line: Line, role: str) -> None:
    try:
        async with line.transaction():
            await _say(line, "create role %I nologin", role, "")
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        pass  # another installation on this server was quicker


async def _say(line: Line, pattern: str, *names: str) -> None:
    """Executes a statement with names in it, which cannot be parameters."""
    row: Any = await line.fetchrow(_SAY, pattern, *names)
    await line.execute(row["said"])
