"""A PostgreSQL database as the source of a backup, and as what one is restored to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from graphlib import TopologicalSorter
from typing import Any

import asyncpg

from luban.storage.backup.archive import ArchiveReader
from luban.storage.backup.copy_stream import TYPES, CopyStream
from luban.storage.backup.errors import BackupTorn, NotBackedUp, TargetNotEmpty
from luban.storage.backup.making import LEFT_OUT, check_tables
from luban.storage.backup.rows import Column, Row, Table
from luban.storage.migrations import revisions
from luban.storage.postgres.address import Address
from luban.storage.postgres.errors import WrongDatabase
from luban.storage.postgres.failures import FAILED, translate
from luban.storage.postgres.fence import raise_fence
from luban.storage.postgres.opening import LOCK, stored_revision
from luban.storage.postgres.pool import Line, connect

_COLUMNS = """
select c.relname as table, a.attname as column, t.typname as type,
  pg_get_serial_sequence(quote_ident(c.relname), a.attname) as sequence
from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
  and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
order by c.relname, a.attnum"""
_REFERENCES = """
select conrelid::regclass::text as table, confrelid::regclass::text as needed
from pg_constraint
where contype = 'f' and connamespace = current_schema()::regnamespace and conrelid <> confrelid"""
_REQUEUE = "update runs set status = 'queued', worker = null where status = 'running'"
# A backup takes its time, and so may a transaction that restores one.
_AT_LEISURE = "set idle_in_transaction_session_timeout = 0; set lock_timeout = '30s'"


class PostgresSnapshot:
    """One transaction that sees the database as it was when it began; nobody waits for it."""

    kind = "postgresql"

    def __init__(self, line: Line, place: str, revision: str, schema: Schema) -> None:
        self._line = line
        self._place = place
        self._schema = schema
        self.revision = revision
        self.tables = [
            Table(
                name, tuple(Column(each, _kind(name, each, kind)) for each, kind in types.items())
            )
            for name, types in schema.types.items()
            if name not in LEFT_OUT
        ]
        self.sequences: dict[str, int] = {}

    async def ask(self, statement: str) -> list[Any]:
        """What a statement answers at that instant. Raises what the driver raises."""
        return await self._line.fetch(statement)

    async def read(self, table: Table, take: Callable[[Row], None]) -> None:
        types = self._schema.types[table.name]
        columns = ", ".join(map(_quoted, types))
        stream = CopyStream(list(types.values()), take)
        try:
            await self._line.copy_from_query(
                f"select {columns} from {_quoted(table.name)}", output=stream.feed, format="binary"
            )
        except FAILED as error:
            raise translate(error, self._place) from error


class Schema:
    """The tables there are: types of their columns, and what numbers them."""

    def __init__(self, rows: list[Any]) -> None:
        self.types: dict[str, dict[str, str]] = {}
        self.sequences: dict[str, tuple[str, str]] = {}
        """Column and sequence, by table."""
        for row in rows:
            self.types.setdefault(row["table"], {})[row["column"]] = row["type"]
            if row["sequence"] is not None:
                self.sequences[row["table"]] = (row["column"], row["sequence"])

    @classmethod
    async def of(cls, line: Line) -> Schema:
        return cls(await line.fetch(_COLUMNS))


@asynccontextmanager
async def postgres_snapshot(address: Address) -> AsyncIterator[PostgresSnapshot]:
    """The database as it is now. Raises what opening it raises."""
    try:
        line = await connect(address)
        try:
            await line.execute(_AT_LEISURE)
            async with line.transaction(isolation="repeatable_read", readonly=True):
                revision = await stored_revision(line, address.place)
                if revision is None:
                    raise WrongDatabase(place=address.place, cause="it is empty")
                schema = await Schema.of(line)
                snapshot = PostgresSnapshot(line, address.place, revision, schema)
                snapshot.sequences = await _reached(line, schema)
                yield snapshot
        finally:
            await line.close()
    except FAILED as error:
        raise translate(error, address.place) from error


class PostgresTarget:
    """The schema is made anew and filled within one transaction."""

    def __init__(self, address: Address) -> None:
        self._address = address

    async def fill(
        self, archive: ArchiveReader, *, force: bool, settle: Callable[[], None]
    ) -> set[str]:
        try:
            line = await connect(self._address)
            try:
                await line.execute(_AT_LEISURE)
                async with line.transaction():
                    files, reached = await self._clear(line, force)
                    await _fill(line, archive, reached)
                    await raise_fence(
                        line, self._address.place
                    )  # whose rights went with the tables
                    settle()
                return files
            finally:
                await line.close()
        except FAILED as error:
            raise translate(error, self._address.place) from error

    async def _clear(self, line: Line, force: bool) -> tuple[set[str], dict[str, int]]:
        """Removes every table; which files they named, and how far they had counted."""
        place = self._address.place
        await line.execute(f"select pg_advisory_xact_lock({LOCK})")
        if await stored_revision(line, place) is None:
            return set(), {}
        schema = await Schema.of(line)
        every = ", ".join(map(_quoted, schema.types))
        # Before anything is looked at, so that nobody adds to what was found empty.
        await line.execute(f"lock table {every} in access exclusive mode")
        if not force:
            await _check_empty(line, schema, place)
        files = {row["id"] for row in await line.fetch("select id from files")}
        reached = await _reached(line, schema)
        await line.execute(f"drop table {every} cascade")
        return files, reached


async def _fill(line: Line, archive: ArchiveReader, reached: dict[str, int]) -> None:
    # Only here, so that nobody but a restore pays for importing Alembic.
    from luban.storage.migrations.upgrade import postgres_script

    await line.execute(postgres_script(None, archive.revision))
    schema = await Schema.of(line)
    check_tables(archive, {name: set(types) for name, types in schema.types.items()})
    for name in await _in_order(line, schema):
        if name in archive.tables:
            await _insert(line, archive.tables[name], archive)
    if archive.revision != revisions()[-1]:
        await line.execute(postgres_script(archive.revision))
    await line.execute(_REQUEUE)
    for name, (column, sequence) in (await Schema.of(line)).sequences.items():
        highest = await line.fetchval(f"select max({_quoted(column)}) from {_quoted(name)}")
        last = max(highest or 0, archive.sequences.get(name, 0), reached.get(name, 0))
        if last:
            await line.execute("select setval($1::text::regclass, $2)", sequence, last)


async def _insert(line: Line, table: Table, archive: ArchiveReader) -> None:
    try:
        await line.copy_records_to_table(
            table.name, records=archive.rows(table.name), columns=table.names
        )
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
        raise BackupTorn(place=archive.place, cause=f"{table.name}: {error}") from error


async def _in_order(line: Line, schema: Schema) -> list[str]:
    """Tables after those they refer to."""
    needed: dict[str, set[str]] = {name: set() for name in sorted(schema.types)}
    for row in await line.fetch(_REFERENCES):
        needed[row["table"].strip('"')].add(row["needed"].strip('"'))
    return list(TopologicalSorter(needed).static_order())


async def _check_empty(line: Line, schema: Schema, place: str) -> None:
    counts = {
        name: await line.fetchval(f"select count(*) from {_quoted(name)}")
        for name in schema.types
        if name not in LEFT_OUT
    }
    holds = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    if holds:
        raise TargetNotEmpty(place=place, holds=holds)


async def _reached(line: Line, schema: Schema) -> dict[str, int]:
    """The highest number each numbered table has given."""
    reached: dict[str, int] = {}
    for name, (_, sequence) in schema.sequences.items():
        (row,) = await line.fetch(f"select last_value, is_called from {sequence}")
        reached[name] = row["last_value"] if row["is_called"] else 0
    return reached


def _kind(table: str, column: str, type: str) -> Any:
    if type not in TYPES:
        raise NotBackedUp(table=table, column=column, type=type)
    return TYPES[type][0]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
