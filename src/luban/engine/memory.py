"""How much memory this process uses, and whether that leaves room for further runs."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from luban.engine.findings import MEMORY_FULL, Findings, Sighting, seen

_SHARE = 0.8
_ENOUGH = 0.95
"""Below this share of the limit there is room again."""
_EVERY = 0.25
_GIB = 1 << 30
_CGROUPS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


class MemoryGauge:
    """Looks at most four times a second. `limit` is in bytes, `None` measures nothing.

    `used` tells the bytes in use, `under_way` the blocks of the steps in flight.
    """

    def __init__(
        self,
        limit: int | None,
        findings: Findings,
        *,
        used: Callable[[], int] = lambda: resident(),
        under_way: Callable[[], Iterable[str]] = tuple,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._findings = findings
        self._used = used
        self._under_way = under_way
        self._monotonic = monotonic
        self._looked = -_EVERY
        self._sighting: Sighting | None = None

    @property
    def is_full(self) -> bool:
        if self._limit is None:
            return False
        now = self._monotonic()
        if now - self._looked >= _EVERY:
            self._looked = now
            self._look(self._limit)
        return self._sighting is not None

    def _look(self, limit: int) -> None:
        used = self._used()
        if self._sighting is None and used > limit:
            gc.collect()
            used = self._used()
            if used > limit:
                blocks = ", ".join(sorted(set(self._under_way()))[:10]) or "-"
                now = time.time()
                remark = MEMORY_FULL.at(used=_gib(used), most=_gib(limit), blocks=blocks)
                self._sighting = seen(remark, since=now, now=now)
                self._findings.note(self._sighting)
        elif self._sighting is not None and used <= limit * _ENOUGH:
            self._findings.over(self._sighting, time.time())
            self._sighting = None


def resident() -> int:
    """Bytes of real memory this process holds; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def default_limit(cgroups: Iterable[Path] = _CGROUPS) -> int | None:
    """Four fifths of what this machine or container has; `None` where it does not tell."""
    found: list[int] = []
    for path in cgroups:
        try:
            text = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            found.append(int(text))
    with suppress(AttributeError, ValueError, OSError):
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return int(min(found) * _SHARE) if found else None


def _gib(size: int) -> str:
    return f"{size / _GIB:.1f} GiB"
