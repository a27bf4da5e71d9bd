"""A server under mixed load: descriptors and tasks do not grow, memory hardly, the database evenly.

The full soak takes 30 minutes and writes its figures into the report.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.faults import report
from tests.faults.soak import soak, table

FULL = os.environ.get("LUBAN_FAULTS") == "full"
MINUTES = 30.0 if FULL else 0.4
MOST_GROWTH = 0.05 if FULL else 0.25
"""A minute is too short for caches to fill, which is not what this looks for."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc"),
]


async def test_what_a_server_needs_does_not_grow():
    found = await soak(MINUTES)
    told = table(found)
    sys.stdout.write(f"\n{told}\n")
    if FULL:
        report.put("soak", told)
    assert min(found.ended.values()) >= MINUTES * 5
    early, late = (max(each.descriptors for each in some) for some in (found.early, found.late))
    assert late <= early + 4  # connections that just then are opened
    # What is under way comes and goes; what is left behind would stand in every look.
    assert min(found.late_tasks) <= min(found.early_tasks) + 4
    assert found.growth <= MOST_GROWTH
    if FULL:
        before, after = found.bytes_per_run
        assert after <= before * 1.1
