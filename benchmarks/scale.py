"""What very many cost: runs that wait, nodes of one graph, workers, queued runs of one user."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.environments import FOLDER
from benchmarks.graph_sizes import sizes_of_graphs
from benchmarks.machine import describe
from benchmarks.player import playing
from benchmarks.postgres import Postgres, own_postgres
from benchmarks.report import Report, Row
from benchmarks.sizes import scaled
from benchmarks.workers import pinnings, two_beside_one

METHOD = [
    "Waiting runs: resident memory of a process with so many, less before, garbage collected and",
    "given back, per run. In memory: a step awaits an answer from outside, or `ctx.sleep` of 28 s.",
    "Parked: `ctx.sleep` of a day, or `ctx.ask`: what a second lot adds once the first is parked,",
    "and what a new process weighs more over a database with all of them than over an empty one.",
    "Workers: processes over one PostgreSQL started for this; runs of 10 steps are queued first,",
    "twice as many for two. Steps that wait are bound by 64 runs at a time per worker, not by a",
    "processor. Pinned, by sched_setaffinity: {pinned}; free: as it comes.",
    "Computed: processor time per step of the busier of a worker and PostgreSQL, one worker beside",
    "two, as if every process had a core of its own; that is what more machines come to.",
    "Fairness: one user has all queued runs and all slots are taken; claims of one run are counted",
    "until another user's run is taken, then runs of that user are timed from storing to end.",
]


def measure() -> Report:
    """Measures everything; without PostgreSQL, what needs none."""
    pinned = pinnings()[0].how
    report = Report("scale", describe(), [line.format(pinned=pinned) for line in METHOD])
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as name, own_postgres() as server:
        folder = Path(name)
        report.rows += _waiting(folder)
        report.rows += sizes_of_graphs(folder)
        if server is None:
            report.notes.append("Without PostgreSQL, which is not installed here.")
        else:
            report.rows += two_beside_one(server)
        report.rows += _fairness(folder, server)
    return report


def _waiting(folder: Path) -> list[Row]:
    """Kilobytes per waiting run, in memory and parked."""
    runs = scaled(10_000)
    works = (
        ("held", "awaiting an answer from outside", "<= 10"),
        ("short", "in a short ctx.sleep", "<= 10"),
        ("long", "parked in a long ctx.sleep", "0"),
        ("ask", "parked in ctx.ask", "0"),
    )
    rows = [
        Row(f"{runs:,} runs {title}", _resident(folder / kind, kind, runs) / 1e3, "KB/run", bar=bar)
        for kind, title, bar in works
    ]
    full = _resident(folder / "ask", "opened", 1)
    empty = _resident(folder / "empty", "opened", 1)
    weight = max(full - empty, 0) / (2 * runs) / 1e3
    rows.append(Row(f"{2 * runs:,} parked runs, in a new process", weight, "KB/run", bar="0"))
    return rows


def _resident(folder: Path, kind: str, runs: int) -> float:
    with playing(sys.executable, "benchmarks.works.luban_waits", folder) as player:
        return player.play(kind=kind, runs=runs).more["resident"]


def _fairness(folder: Path, server: Postgres | None) -> list[Row]:
    """What another user's run waits while one user has very many queued."""
    rows: list[Row] = []
    runs, others = scaled(100_000), scaled(20)
    for on in ("SQLite", "PostgreSQL"):
        if on == "PostgreSQL" and server is None:
            continue
        words = [server.database("bench_queue")] if on == "PostgreSQL" and server else []
        module = "benchmarks.works.luban_queue"
        with playing(sys.executable, module, folder / f"queue_{on}", *words) as player:
            found = player.play(runs=runs, others=others).more
        title = f"{runs:,} runs of one user queued, {on}"
        rows += [
            Row(f"{title}: claimed before another's", found["before"], "runs", bar="<= 1"),
            Row(f"{title}: a claim of one", found["claim"] * 1e3, "ms"),
            Row(f"{title}: a claim of 64", found["batch"] * 1e3, "ms"),
            Row(f"{title}: another's run, to its end", found["median"] * 1e3, "ms"),
            Row(f"{title}: the same, the worst of {others}", found["worst"] * 1e3, "ms"),
        ]
    return rows
