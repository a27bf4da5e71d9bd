"""Forgetting looks at what is to be forgotten, not at all runs there are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from luban.storage.sql import retention
from luban.storage.sqlite.opening import prepare
from luban.storage.sqlite.retention import SqliteDialect

MAY_GO = retention.MAY_GO.format(mentions=SqliteDialect.mentions)
LISTED = SqliteDialect.listed
ASKED = {
    "too old": retention.EXPIRED.format(too_old=retention.BY_AGE, may_go=MAY_GO),
    "too many": retention.EXPIRED.format(too_old=retention.BY_COUNT, may_go=MAY_GO),
    "last kept": retention.LAST_KEPT,
    "hide": retention.HIDE.format(may_go=MAY_GO),
    "hidden": retention.HIDDEN,
    "remove events": SqliteDialect.remove.format(table="journal", listed=LISTED),
    "remove messages": SqliteDialect.remove.format(table="inbox", listed=LISTED),
    "remove contents": SqliteDialect.remove.format(table="blobs", listed=LISTED),
    "remove runs": retention.REMOVE_RUNS.format(listed=LISTED),
}
VALUES: dict[str, str] = dict.fromkeys(
    ("owner", "agent_id", "before", "limit", "ended_at", "seq", "kept", "id", "runs"), "1"
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "luban.db"
    prepare(path)
    return path


@pytest.mark.parametrize("name", ASKED)
def test_nothing_is_looked_through_or_sorted(database: Path, name: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        plan = connection.execute(f"explain query plan {ASKED[name]}", VALUES).fetchall()
    looked = [row[3] for row in plan]
    for line in looked:
        if line.startswith("SCAN"):
            assert "runs_recorded" in line or "json_each" in line, looked
        if "too" in name and line.startswith("SEARCH runs"):
            assert "runs_ended" in line
