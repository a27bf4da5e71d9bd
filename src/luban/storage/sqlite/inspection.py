"""A database file looked at from outside: what is in it. Only reads."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from luban.model.errors import NotFound
from luban.storage.migrations import REVISION_TABLE
from luban.storage.sqlite.failures import translate

_COUNTED = ("agents", "graph_versions", "runs", "journal", "blobs", "files")
_TABLES = "select name from sqlite_master where type = 'table'"


def facts(path: Path) -> dict[str, Any]:
    """Where it is, how large, its schema revision, and how many rows the main tables hold.

    Raises `NotFound`, and what SQLite's errors mean.
    """
    with _opened(path) as connection:
        try:
            tables = {name for (name,) in connection.execute(_TABLES)}
            row = connection.execute(f"select version_num from {REVISION_TABLE}").fetchone()
            counts = {
                table: connection.execute(f"select count(*) from {table}").fetchone()[0]
                for table in _COUNTED
                if table in tables
            }
        except sqlite3.Error as error:
            raise translate(error, str(path)) from error
    return {
        "path": str(path),
        "bytes": path.stat().st_size,
        "revision": row[0] if row else None,
        **counts,
    }


def _opened(path: Path) -> closing[sqlite3.Connection]:
    if not path.exists():
        raise NotFound(
            what="database",
            what_zh="数据库",
            name=str(path),
            way_out="It is made by the first `luban up` or `luban run`.",
            way_out_zh="首次执行 `luban up` 或 `luban run` 时会创建。",
        )
    address = f"file:{quote(str(path))}?mode=ro"
    return closing(sqlite3.connect(address, uri=True, timeout=5))
