"""`kill -9` at random moments: nothing is lost, nothing recorded happens again, nothing changes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from luban.model.run import RunStatus
from luban.storage.memory import MemoryDatabase
from tests.engine.house import house_over
from tests.faults.graphs import cases, noting_blocks, settled
from tests.faults.ledger import Ledger, Note
from tests.faults.nursery import database_in, ledger_in

FULL = os.environ.get("LUBAN_FAULTS") == "full"
KILLS = 350 if FULL else 40
SEEDS = (1, 2, 3) if FULL else (1,)
ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked, then killed")


class Aftermath(NamedTuple):
    """What is left when the last worker has ended everything."""

    runs: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    notes: list[Note]


@pytest.fixture(scope="module", params=SEEDS)
def aftermath(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("faults")
    command = [sys.executable, "-m", "tests.faults.nursery", folder, request.param, KILLS]
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout)
    with closing(sqlite3.connect(database_in(folder))) as connection:
        connection.row_factory = sqlite3.Row
        runs = [dict(row) for row in connection.execute("select * from runs order by seq")]
        rows = [
            {**dict(row), "data": json.loads(row["data"])}
            for row in connection.execute("select * from journal order by id")
        ]
    sys.stdout.write(
        f"\nseed {request.param}: {told['kills']} kills, {len(runs)} runs, {len(rows)} rows;"
        f" active again after {told['active_median'] * 1000:.0f} ms"
        f" (median), {told['active_worst'] * 1000:.0f} ms (worst)\n"
    )
    assert told["kills"] == KILLS
    return Aftermath(runs, rows, Ledger.read(ledger_in(folder)))


def _of_kind(aftermath: Aftermath, *kinds: str) -> list[dict[str, Any]]:
    return [row for row in aftermath.rows if row["kind"] in kinds]


def _step(row: dict[str, Any]) -> tuple[int, str, int]:
    return row["run"], row["node"], row["iteration"]


def test_every_run_ends_and_ends_once(aftermath: Aftermath):
    assert {run["status"] for run in aftermath.runs} == {"completed"}
    numbers = [run["seq"] for run in aftermath.runs]
    for kind in ("run_started", "run_ended"):
        assert sorted(row["run"] for row in _of_kind(aftermath, kind)) == numbers
    last = {row["run"]: row["kind"] for row in aftermath.rows}
    assert set(last.values()) == {"run_ended"}


def test_a_recorded_step_is_never_made_again(aftermath: Aftermath):
    assert [note for note in aftermath.notes if note.recorded] == []
    ends = Counter(_step(row) for row in _of_kind(aftermath, "step_finished", "step_failed"))
    assert [step for step, count in ends.items() if count > 1] == []
    tries = Counter(
        (_step(row), row["data"]["attempt"]) for row in _of_kind(aftermath, "attempt_failed")
    )
    assert [each for each, count in tries.items() if count > 1] == []


def test_streams_lose_nothing_and_double_nothing(aftermath: Aftermath):
    numbers: dict[Any, list[int]] = defaultdict(list)
    for row in _of_kind(aftermath, "step_emitted"):
        numbers[_step(row)].append(row["data"]["number"])
    assert numbers
    for step, seen in numbers.items():
        assert seen == list(range(len(seen))), step


def test_an_effect_sees_the_same_values_however_often_it_is_made(aftermath: Aftermath):
    seen: dict[str, set[str]] = defaultdict(set)
    for note in aftermath.notes:
        if note.block in ("act", "once", "flaky", "broken"):
            seen[note.key].add(json.dumps(note.value))
    assert [key for key, values in seen.items() if len(values) > 1] == []


def test_what_an_effect_did_is_what_the_journal_says(aftermath: Aftermath):
    names = {run["seq"]: run["id"] for run in aftermath.runs}
    done = {note.key: note.value for note in aftermath.notes if note.block == "act"}
    recorded = {
        f"{names[row['run']]}/{row['node']}/{row['iteration']}": row["data"]["emissions"]
        for row in _of_kind(aftermath, "step_finished")
    }
    assert done
    assert {key: recorded[key] for key in done} == {
        key: [["result", value]] for key, value in done.items()
    }


def test_a_step_that_must_not_be_repeated_is_made_at_most_once(aftermath: Aftermath):
    made = Counter(note.key for note in aftermath.notes if note.block == "once")
    assert made
    assert set(made.values()) == {1}


def test_some_deaths_came_in_the_middle_of_steps(aftermath: Aftermath):
    """Otherwise the tests above prove nothing."""
    made = Counter((note.key, note.attempt) for note in aftermath.notes)
    assert sum(1 for count in made.values() if count > 1) >= KILLS / 4
    assert len({note.process for note in aftermath.notes}) >= KILLS / 2


async def test_outputs_are_those_of_an_undisturbed_run(aftermath: Aftermath):
    for version, (name, case) in enumerate(cases().items(), start=1):
        async with house_over(MemoryDatabase(), noting_blocks(None)) as house:
            run = await house.run(case.graph, case.inputs)
        assert run.status is RunStatus.COMPLETED, (name, run.error)
        ordered = "any order" not in name
        wanted = [settled(run.outputs, ordered=ordered)]
        if name == "once":
            wanted.append({"out": "in_doubt"})
        outputs = [
            settled(json.loads(each["outputs"]), ordered=ordered)
            for each in aftermath.runs
            if each["version"] == version
        ]
        assert outputs
        assert [each for each in outputs if each not in wanted] == [], name
