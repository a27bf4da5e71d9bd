"""Processor time of other processes, as Linux counts it: in hundredths of a second."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")


def seconds_of(root: int) -> float | None:
    """What a process and all below it took so far, those that have ended included.

    `None` where nobody can tell.
    """
    found = [_fields(process) for process in family(root)]
    ticks = [_ticks(fields) for fields in found if fields is not None]
    return sum(ticks) / os.sysconf("SC_CLK_TCK") if ticks else None


def family(root: int) -> list[int]:
    """The ids of a process and of all below it."""
    below: dict[int, list[int]] = {}
    for folder in _PROC.glob("[0-9]*"):
        fields = _fields(int(folder.name))
        if fields is not None:
            below.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [root]
    for process in found:
        found += below.get(process, [])
    return found


def _fields(process: int) -> list[str] | None:
    """The fields after the name, which may itself contain spaces: state, parent, and so on."""
    try:
        text = (_PROC / str(process) / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _ticks(fields: list[str]) -> int:
    """User and system time of the process, and of its children that were waited for."""
    return sum(int(field) for field in fields[11:15])
