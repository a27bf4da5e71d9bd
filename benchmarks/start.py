"""How long until the page can be used, and what standing still costs."""

from __future__ import annotations

from benchmarks.machine import describe
from benchmarks.report import Report


def measure() -> Report:
    return Report("start", describe(), [])
