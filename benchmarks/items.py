"""What an item costs that goes through *for each*, beside a trivial step in a chain."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.environments import FOLDER
from benchmarks.machine import describe
from benchmarks.player import Cost, playing
from benchmarks.report import Report, Row
from benchmarks.sizes import rounds, scaled

METHOD = [
    "One process on uvloop with a SQLite file (WAL, NORMAL). The works take turns; medians of the",
    "rounds. An item is one pure step behind *for each*, and the list it came from and goes into.",
    "cpu is processor time of the whole process. A body makes three steps of each item: its input,",
    "the same step, its output, each round a frame of its own; its figure is per step.",
]


def measure() -> Report:
    """A chain, then 100,000 items one after another, 16 at a time, and in a body."""
    items = scaled(100_000, least=200)
    works: dict[str, dict[str, Any]] = {
        "a trivial step in a chain of 100": {"work": "chain", "parallel": 1},
        f"{items:,} items through for each, in order": {"work": "for_each", "parallel": 1},
        f"{items:,} items through for each, 16 at a time": {"work": "for_each", "parallel": 16},
        f"{items:,} items through a body, per step": {"work": "body", "parallel": 16},
    }
    costs: dict[str, list[Cost]] = {name: [] for name in works}
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=FOLDER) as folder,
        playing(sys.executable, "benchmarks.works.luban_items", Path(folder)) as player,
    ):
        player.play(work="chain", mode="pure", items=items // 10, parallel=1)  # to be warm
        for _ in range(rounds(3)):
            for name, order in works.items():
                costs[name].append(player.play(mode="pure", items=items, **order))
    report = Report("items", describe(), list(METHOD))
    chain, *others = (Cost.median_of(each) for each in costs.values())
    step = chain.cpu * 1e6
    first, *names = works
    report.rows.append(Row(first, step, "µs cpu"))
    for name, cost in zip(names, others, strict=True):
        in_body = name.endswith("per step")
        taken = cost.cpu * 1e6 / (3 if in_body else 1)
        report.rows.append(Row(name, taken, "µs cpu"))
        bar = "" if in_body else "<= 1.3"
        report.rows.append(Row(f"{name} ÷ a step", taken / step, "times", bar=bar))
    return report
