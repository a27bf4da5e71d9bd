"""What a worker asks all the time must not look through all the runs there ever were."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from luban.storage.sql import claims, family, inbox, pauses, shares
from luban.storage.sql import journal as sql_journal
from luban.storage.sqlite import journal, queue
from luban.storage.sqlite.opening import prepare

ASKED = {
    "whether any is queued": queue.ANY_QUEUED,
    "whether any is isolated": queue.ANY_ISOLATED,
    "claim any": queue.CLAIM_ANY,
    "claim after counting": queue.CLAIM_COUNTED,
    "claim one": queue.CLAIM_ONLY,
    "claim isolated": queue.CLAIM_ISOLATED,
    "claim one isolated": queue.CLAIM_ISOLATED_ONLY,
    "count isolated": claims.COUNT_ISOLATED,
    "condemned": pauses.FIND_CONDEMNED,
    "nudged": claims.NUDGED,
    "park": queue.PARK,
    "next wake": queue.NEXT_WAKE,
    "wake": queue.WAKE,
    "result": queue.RESULT,
    "signals": inbox.READ,
    "nudge": inbox.NUDGE,
    "take to signal": inbox.TAKE,
    "relatives to tell": family.TO_TELL,
    "mark told": family.TOLD,
    "mark children": family.MARK_CHILDREN,
    "end idle": family.END_IDLE,
    "take a turn": shares.ONE_WRITER.take,
    "give back": queue.GIVE_BACK,
    "strike": queue.STRIKE,
    "forget the dead": queue.FORGET_DEAD,
    "change": sql_journal.CHANGE,
    "read": sql_journal.READ,
    "alive": journal.ALIVE.replace("?", ":worker"),
}
ALL_RUNS = {"runs", "q", "u", "h", "j", "first", "next", "journal", "inbox"}
PARTIAL = re.compile(r"runs_(queued|next|capped|struck|to_tell)$")
"""Indexes that hold only what is to be done."""


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
    walks = [step for step in plan if step.startswith("SCAN") and step.split()[1] in ALL_RUNS]
    assert [step for step in walks if not PARTIAL.search(step)] == []
