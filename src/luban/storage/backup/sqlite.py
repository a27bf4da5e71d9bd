"""A SQLite file as the source of a backup, and as what one is restored to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from luban.model.errors import NotFound
from luban.storage.backup.archive import ArchiveReader
from luban.storage.backup.errors import BackupTorn, NotBackedUp, TargetNotEmpty
from luban.storage.backup.folders import new_beside
from luban.storage.backup.making import LEFT_OUT, check_tables
from luban.storage.backup.rows import Column, Kind, Row, Table
from luban.storage.errors import DatabaseDamaged
from luban.storage.migrations import revisions
from luban.storage.migrations.snapshot import create
from luban.storage.sqlite.failures import translate
from luban.storage.sqlite.opening import prepare, stored_revision

_PATIENCE = 60.0
# Tables of the full text search hold nothing of their own: triggers fill them, and `rebuild` does.
_TABLES = """
select t.name from {schema}.sqlite_master t
where t.type = 'table' and t.name not like 'sqlite!_%' escape '!' and not exists (
  select 1 from {schema}.sqlite_master v
  where v.sql like 'create virtual table%'
    and (t.name = v.name or substr(t.name, 1, length(v.name) + 1) = v.name || '_'))
order by t.name"""
_VIRTUAL = "select name from main.sqlite_master where sql like 'create virtual table%'"
_TRIGGERS = "select name, sql from main.sqlite_master where type = 'trigger' order by name"
# As SQLite tells a column's affinity from its declared type.
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("BOOL", "boolean"),
    ("INT", "integer"),
    ("CHAR", "text"),
    ("TEXT", "text"),
    ("BLOB", "bytes"),
    ("DOUBLE", "real"),
    ("FLOAT", "real"),
    ("REAL", "real"),
)
_REQUEUE = "update runs set status = 'queued', worker = null where status = 'running'"


class SqliteSnapshot:
    """One read transaction: consistent, and in nobody's way, for writers go on in the log."""

    kind = "sqlite"

    def __init__(self, path: Path, connection: sqlite3.Connection, revision: str) -> None:
        self._place = str(path)
        self._connection = connection
        self.revision = revision
        self.tables = [_table(connection, name) for name in _names(connection)]
        self.sequences = _sequences(connection, "main")

    async def read(self, table: Table, take: Callable[[Row], None]) -> None:
        columns = ", ".join(_quoted(name) for name in table.names)
        try:
            for row in self._connection.execute(f"select {columns} from {_quoted(table.name)}"):
                take(row)
        except sqlite3.Error as error:
            raise translate(error, self._place) from error


@contextmanager
def sqlite_snapshot(path: Path) -> Iterator[SqliteSnapshot]:
    """The file as it is now. Raises `NotFound`, and `DatabaseDamaged` rather than half of it."""
    revision = stored_revision(path)
    if revision is None:
        raise no_database(path)
    try:
        with closing(_connected(path)) as connection:
            connection.execute("pragma query_only = 1")
            connection.execute("begin")
            (found,) = connection.execute("pragma quick_check(1)").fetchone()
            if found != "ok":
                raise DatabaseDamaged(place=str(path), cause=found)
            yield SqliteSnapshot(path, connection, revision)
    except sqlite3.Error as error:
        raise translate(error, str(path)) from error


def no_database(path: Path) -> NotFound:
    return NotFound(
        what="database",
        what_zh="数据库",
        name=str(path),
        way_out="It is made by the first `luban up` or `luban run`.",
        way_out_zh="首次执行 `luban up` 或 `luban run` 时会创建。",
    )


class SqliteTarget:
    """The file is filled beside, at the archive's own revision, and copied over in one go."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def fill(
        self, archive: ArchiveReader, *, force: bool, settle: Callable[[], None]
    ) -> set[str]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = new_beside(self._path.parent, ".db")
        try:
            _fill(beside, archive)
            if self._path.exists() and not force:
                self._require_empty()  # before its schema is changed
            was_there = self._path.exists()
            prepare(self._path)
            try:
                return self._copy(beside, force, settle)
            except BaseException:
                if not was_there:
                    self._remove()
                raise
        except sqlite3.Error as error:
            raise translate(error, str(self._path)) from error
        finally:
            for name in (beside.name, f"{beside.name}-wal", f"{beside.name}-shm"):
                beside.with_name(name).unlink(missing_ok=True)

    def _require_empty(self) -> None:
        if stored_revision(self._path) is not None:
            with closing(_connected(self._path)) as connection:
                _check_empty(connection, str(self._path))

    def _copy(self, beside: Path, force: bool, settle: Callable[[], None]) -> set[str]:
        with closing(_connected(self._path)) as connection:
            connection.execute("attach database ? as filled", (str(beside),))
            connection.execute("begin immediate")
            if not force:
                _check_empty(connection, str(self._path))
            files = {file_id for (file_id,) in connection.execute("select id from main.files")}
            # They watch over changes of single rows; here everything is replaced.
            triggers = connection.execute(_TRIGGERS).fetchall()
            for name, _ in triggers:
                connection.execute(f"drop trigger main.{_quoted(name)}")
            for name in _names(connection, "main", left_out=frozenset()):
                connection.execute(f"delete from main.{_quoted(name)}")
            for name in _names(connection, "filled", left_out=frozenset()):
                columns = ", ".join(_quoted(each) for each in _table(connection, name).names)
                connection.execute(
                    f"insert into main.{_quoted(name)} ({columns}) "
                    f"select {columns} from filled.{_quoted(name)}"
                )
            _continue(connection, _sequences(connection, "filled"))
            for _, made_by in triggers:
                connection.execute(made_by)
            for (name,) in connection.execute(_VIRTUAL).fetchall():
                text = _quoted(name)
                connection.execute(f"insert into main.{text} ({text}) values ('rebuild')")
            settle()
            connection.execute("commit")
            return files

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(f"{self._path.name}{suffix}").unlink(missing_ok=True)


def _fill(path: Path, archive: ArchiveReader) -> None:
    """A new file with everything of an archive, at the head."""
    at_head = archive.revision == revisions()[-1]
    if not at_head:
        _upgrade(path, archive.revision)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if at_head:
            create(connection)
        connection.execute("pragma synchronous = off")
        check_tables(archive, {n: set(_table(connection, n).names) for n in _names(connection)})
        connection.execute("begin")
        for table in archive.tables.values():
            _insert(connection, table, archive)
        _continue(connection, archive.sequences)
        connection.execute("commit")
        loose = connection.execute("pragma foreign_key_check").fetchone()
        if loose:
            cause = f"a row of {loose[0]} refers to a missing row of {loose[2]}"
            raise BackupTorn(place=archive.place, cause=cause)
    if not at_head:
        _upgrade(path, "head")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(_REQUEUE)


def _upgrade(path: Path, to: str) -> None:
    # Only here, so that nobody but a restore of an older backup pays for importing Alembic.
    from luban.storage.migrations.upgrade import upgrade_sqlite

    upgrade_sqlite(str(path), to)


def _insert(connection: sqlite3.Connection, table: Table, archive: ArchiveReader) -> None:
    columns = ", ".join(_quoted(name) for name in table.names)
    places = ", ".join("?" * len(table.columns))
    statement = f"insert into {_quoted(table.name)} ({columns}) values ({places})"
    try:
        connection.executemany(statement, archive.rows(table.name))
    except (sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError) as error:
        raise BackupTorn(place=archive.place, cause=f"{table.name}: {error}") from error


def _continue(connection: sqlite3.Connection, sequences: dict[str, int]) -> None:
    """Numbers that were ever given, there or here, are never given again."""
    counted = _sequences(connection, "main")
    for name in _numbered(connection):
        reached = max(counted.get(name, 0), sequences.get(name, 0))
        connection.execute("delete from main.sqlite_sequence where name = ?", (name,))
        connection.execute("insert into main.sqlite_sequence values (?, ?)", (name, reached))


def _check_empty(connection: sqlite3.Connection, place: str) -> None:
    counts = {
        name: connection.execute(f"select count(*) from main.{_quoted(name)}").fetchone()[0]
        for name in _names(connection)
    }
    holds = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    if holds:
        raise TargetNotEmpty(place=place, holds=holds)


def _connected(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path))}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)


def _names(
    connection: sqlite3.Connection, schema: str = "main", *, left_out: frozenset[str] = LEFT_OUT
) -> list[str]:
    found = connection.execute(_TABLES.format(schema=schema))
    return [name for (name,) in found if name not in left_out]


def _table(connection: sqlite3.Connection, name: str) -> Table:
    found = connection.execute(f"pragma table_info({_quoted(name)})").fetchall()
    return Table(name, tuple(Column(each[1], _kind(name, each[1], each[2])) for each in found))


def _kind(table: str, column: str, declared: str) -> Kind:
    for part, kind in _KINDS:
        if part in declared.upper():
            return kind
    raise NotBackedUp(table=table, column=column, type=declared)


def _numbered(connection: sqlite3.Connection) -> list[str]:
    """Tables whose numbers are not given twice even after a deletion."""
    found = connection.execute(
        "select name from main.sqlite_master where type = 'table' and sql like '%autoincrement%'"
    )
    return [name for (name,) in found]


def _sequences(connection: sqlite3.Connection, schema: str) -> dict[str, int]:
    try:
        return dict(connection.execute(f"select name, seq from {schema}.sqlite_sequence"))
    except sqlite3.OperationalError:  # only there once a table asks for it
        return {}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
