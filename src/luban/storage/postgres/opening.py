"""Looks at a database before anything is written to it, and brings it to the head."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from luban.storage.migrations import REVISION_TABLE, revisions
from luban.storage.migrations.snapshot import POSTGRES_SCRIPT
from luban.storage.postgres.address import Address
from luban.storage.postgres.errors import NewerDatabase, WrongDatabase
from luban.storage.postgres.failures import FAILED, translate
from luban.storage.postgres.fence import Fence, raise_fence
from luban.storage.postgres.near import prepare_vectors
from luban.storage.postgres.pool import PATIENCE, Line, connect

LOCK = 0x6C7562616E
"""Who changes the schema holds it. Any number that nobody else locks: the letters of the name."""
_FACTS = f"""
select current_setting('server_encoding') as encoding, pg_is_in_recovery() as standby,
  to_regclass('{REVISION_TABLE}') is not null as ours,
  (select count(*) from pg_tables where schemaname = current_schema()) as tables"""
_REVISION = f"select version_num from {REVISION_TABLE}"


class Prepared(NamedTuple):
    """What a database offers: the role of requests, and whether pgvector tells what is near."""

    fence: Fence
    near: bool


async def prepare(address: Address) -> Prepared:
    """Makes sure that this is a database of ours at the head, and fenced as far as may be.

    Of several processes that begin at once, one changes the schema and the others wait for it.
    Raises `DatabaseUnreachable`, `DatabaseMissing`, `DatabaseRefused`, `WrongDatabase`,
    `NewerDatabase`.
    """
    try:
        line = await connect(address)
        try:
            if await stored_revision(line, address.place) != revisions()[-1]:
                async with line.transaction():
                    await line.execute(f"select pg_advisory_xact_lock({LOCK})")
                    await _upgrade(line, await stored_revision(line, address.place))
            near = await prepare_vectors(line)
            return Prepared(await raise_fence(line, address.place), near)
        finally:
            await line.close(timeout=PATIENCE)
    except FAILED as error:
        raise translate(error, address.place) from error


async def stored_revision(line: Line, place: str) -> str | None:
    """The revision a database is at, `None` for one without a table.

    Raises `WrongDatabase` and `NewerDatabase`.
    """
    facts: Any = await line.fetchrow(_FACTS)
    if facts["encoding"] != "UTF8":
        raise WrongDatabase(place=place, cause=f"its encoding is {facts['encoding']}, not UTF8")
    if facts["standby"]:
        raise WrongDatabase(place=place, cause="it is a stand-by, which only reads")
    if not facts["ours"]:
        if facts["tables"]:
            raise WrongDatabase(place=place, cause=f"it has tables, but none is {REVISION_TABLE}")
        return None
    found: str | None = await line.fetchval(_REVISION)
    known = revisions()
    if found is not None and found not in known:
        raise NewerDatabase(place=place, found=found, known=known[-1])
    return found


async def _upgrade(line: Line, found: str | None) -> None:
    if found == revisions()[-1]:
        return  # somebody else was quicker
    if found is None:
        script = POSTGRES_SCRIPT.read_text(encoding="utf-8")
    else:
        # Only here, so that nobody but an upgrade pays for importing Alembic.
        from luban.storage.migrations.upgrade import postgres_script

        script = await asyncio.to_thread(postgres_script, found)
    await line.execute(script)
