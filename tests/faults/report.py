"""The report of a full run: how many died, and what that cost."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path

from tests.faults.aftermath import Aftermath

REPORT = Path(__file__).with_name("report.md")
_BEGIN, _END = "<!-- {0} -->", "<!-- end of {0} -->"
_COLUMNS = (
    "store", "seed", "kills", "runs", "steps", "calls, waits and agents", "attempts interrupted",
    "asked in doubt", "quarantined", "lost", "stuck", "repeated", "keys with two values",
    "ONCE twice", "working again (median, worst)",
)  # fmt: skip
_ABOUT = """\
Workers were killed with SIGKILL: some while they started and took up what was left, some by their
own hand just before or just after a commit, most at a random moment of work. A process that
outlived them all counted effects by idempotency key, answered questions, sent signals at random
moments, looked up what was in doubt and let quarantined runs go on."""


def write(found: Sequence[Aftermath]) -> None:
    """Puts the table of the kills into the report."""
    rows = [_row(each) for each in found]
    rows.append(["**all**", "", *(f"**{_sum(rows, column)}**" for column in range(2, 14)), ""])
    where = (
        f"{platform.system()} on {os.cpu_count()} shared cores, Python {platform.python_version()}"
    )
    lines = [
        f"## Killed workers ({time.strftime('%Y-%m-%d')})",
        "",
        _ABOUT,
        "",
        f"{where}; `./run test tests/faults/test_crashes.py --faults full`.",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"|{'---|' * len(_COLUMNS)}",
        *(f"| {' | '.join(map(str, row))} |" for row in rows),
    ]
    put("kills", "\n".join(lines))


def put(part: str, text: str) -> None:
    """Replaces one part of the report, and leaves the others."""
    begin, end = _BEGIN.format(part), _END.format(part)
    old = REPORT.read_text(encoding="utf-8") if REPORT.exists() else "# What the faults cost\n"
    before, _, rest = old.partition(begin)
    _, _, after = rest.partition(end)
    content = f"{before.rstrip()}\n\n{begin}\n{text}\n{end}\n{after.rstrip()}"
    REPORT.write_text(content.rstrip() + "\n", encoding="utf-8")


def _row(one: Aftermath) -> list[str]:
    told = one.told
    working = f"{told['active_median'] * 1000:.0f} ms, {told['active_worst'] * 1000:.0f} ms"
    figures = [
        told["kills"], len(one.runs), one.steps, one.children, one.interrupted(), told["decided"],
        told["let_go_on"], len(one.lost()), len(one.stuck()), len(one.repeated()),
        len(one.changed()), len(one.doubled()),
    ]  # fmt: skip
    return [one.store, str(one.seed), *map(str, figures), working]


def _sum(rows: list[list[str]], column: int) -> int:
    return sum(int(row[column]) for row in rows)
