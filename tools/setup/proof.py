"""Everything that proves the project, and one summary of it: passed, failed, skipped and why."""

from __future__ import annotations

import subprocess
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field

from tools import prerequisites
from tools.setup import checks
from tools.setup.environment import PYTHON, ROOT, VENV, command_env, say

REPORT = VENV / "pytest-report.xml"
EVERYTHING = [
    "-q",
    "-n",
    "auto",
    "--maxprocesses",
    "4",
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
]
"""Files go to as many processes as there are cores: modules share servers and browsers."""


@dataclass
class Outcome:
    """What one part came to."""

    part: str
    good: bool
    seconds: float
    counts: Counter[str] = field(default_factory=Counter[str])
    skipped: list[str] = field(default_factory=list[str])


def run(words: list[str]) -> int:
    """All of it; with words only the tests they select."""
    missing = prerequisites.provide(say)
    if missing and prerequisites.strict():
        for name, why in missing.items():
            print(f"FAILED prerequisite {name}: {why}")
        return 1
    outcomes: list[Outcome] = []
    if not words:
        outcomes.append(_timed("check", checks.all_checks()))
    outcomes.append(_pytest(words))
    if not words:
        outcomes.append(_timed("vitest", checks.vitest(), quiet=False))
    return summary(outcomes, missing)


def _timed(part: str, commands: list[checks.Check], *, quiet: bool = True) -> Outcome:
    print(f"\n== {part}", flush=True)
    started = time.monotonic()
    if not commands:
        return Outcome(part, True, 0.0, skipped=[f"{part}: there is no web app to test"])
    code = checks.run(commands, show_all=not quiet)
    return Outcome(part, code == 0, time.monotonic() - started)


def _pytest(words: list[str]) -> Outcome:
    print("\n== pytest", flush=True)
    started = time.monotonic()
    REPORT.unlink(missing_ok=True)
    command = [str(PYTHON), "-m", "pytest", f"--junit-xml={REPORT}", *(words or EVERYTHING)]
    code = subprocess.call(command, cwd=ROOT, env=command_env())
    outcome = Outcome("pytest", code == 0, time.monotonic() - started)
    if REPORT.exists():
        for case in ET.parse(REPORT).getroot().iter("testcase"):
            _count(case, outcome)
    return outcome


def _count(case: ET.Element, outcome: Outcome) -> None:
    kinds = {child.tag for child in case}
    if kinds & {"failure", "error"}:
        outcome.counts["failed"] += 1
    elif "skipped" in kinds:
        outcome.counts["skipped"] += 1
        reason = case.find("skipped")
        why = reason.get("message", "") if reason is not None else ""
        outcome.skipped.append(f"{case.get('classname')}.{case.get('name')}: {why}")
    else:
        outcome.counts["passed"] += 1


def summary(outcomes: list[Outcome], missing: dict[str, str]) -> int:
    print("\n== summary")
    for outcome in outcomes:
        counts = ", ".join(f"{number} {kind}" for kind, number in sorted(outcome.counts.items()))
        verdict = "ok    " if outcome.good else "FAILED"
        print(f"{verdict} {outcome.part:<8} {outcome.seconds:6.1f} s  {counts}")
    skipped = [line for outcome in outcomes for line in outcome.skipped]
    for name, why in missing.items():
        print(f"not on this machine: {name} ({why})")
    for line in skipped:
        print(f"skipped: {line}")
    bad = [outcome for outcome in outcomes if not outcome.good]
    totals: Counter[str] = Counter()
    for outcome in outcomes:
        totals.update(outcome.counts or {"passed" if outcome.good else "failed": 1})
    if bad and not totals["failed"]:
        totals["failed"] = len(bad)
    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 1 if bad else 0
