"""What a worker asks all the time must not look through all the runs there ever were."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from luban.storage.sql import journal as sql_journal
from luban.storage.sqlite import journal, queue
from luban.storage.sqlite.opening import prepare

ASKED = {
    "whether any is queued": queue.ANY_QUEUED,
    "claim any": queue.CLAIM_ANY,
    "claim one": queue.CLAIM_ONLY,
    "cancelled": queue.CANCELLED,
    "give back": queue.GIVE_BACK,
    "forget the dead": queue.FORGET_DEAD,
    "change": sql_journal.CHANGE,
    "read": sql_journal.READ,
    "alive": journal.ALIVE.replace("?", ":worker"),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "luban.db"
    prepare(path)
    return path


@pytest.mark.parametrize("name", ASKED)
def test_no_statement_of_the_engine_walks_over_all_runs(database: Path, name: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        values = defaultdict[str, object](int)
        plan = [row[3] for row in connection.execute(f"explain query plan {ASKED[name]}", values)]
    walks = [step for step in plan if step.startswith("SCAN") and "workers" not in step]
    assert [step for step in walks if step != "SCAN runs USING INDEX runs_queued"] == []
