"""The schema at the head as one script, so that a new database needs no migrations."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from luban.storage.migrations import FOLDER, REVISION_TABLE, revisions

SCRIPT = FOLDER / "head.sqlite.sql"
POSTGRES_SCRIPT = FOLDER / "head.postgresql.sql"
_FIRST_LINE = "-- Generated from the migrations by ./run fix."
# What a virtual table makes for itself comes with it.
_STATEMENTS = """
select sql from sqlite_master s
where sql is not null and name not like 'sqlite!_%' escape '!' and not exists (
  select 1 from sqlite_master v where v.sql like 'create virtual table%'
    and substr(s.name, 1, length(v.name) + 1) = v.name || '_')
order by type = 'trigger', type = 'index', tbl_name, name"""


def create(connection: sqlite3.Connection) -> None:
    """Makes the schema in an empty file, all of it or nothing."""
    connection.executescript(f"begin immediate;\n{SCRIPT.read_text(encoding='utf-8')}\ncommit;")


def text() -> str:
    """What the migrations make of an empty file; the script is generated from this."""
    from luban.storage.migrations.upgrade import upgrade_sqlite

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        upgrade_sqlite(str(path))
        with closing(sqlite3.connect(path)) as connection:
            statements = [sql for (sql,) in connection.execute(_STATEMENTS)]
    lines = [line.rstrip() for sql in statements for line in f"{sql};".splitlines()]
    head = f"insert into {REVISION_TABLE} (version_num) values ('{revisions()[-1]}');"
    return "\n".join([_FIRST_LINE, *lines, head, ""])


def postgres_text() -> str:
    """The same for PostgreSQL."""
    from luban.storage.migrations.upgrade import postgres_script

    lines = (line.rstrip() for line in postgres_script().splitlines())
    return "\n".join([_FIRST_LINE, *(line for line in lines if line), ""])
