"""Control groups: how many processes and how much memory a box takes as a whole."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_COUNT = itertools.count()
_GOING = 1.0
"""Seconds that the processes of a group are given to be gone."""


class ControlGroup:
    """One box's group: a folder, or with the older kind of control groups one for each matter."""

    def __init__(self, folders: dict[str, Path], *, old: bool) -> None:
        self._folders = folders
        self._old = old
        self.counts_memory = "memory" in folders

    def take(self, pid: int) -> None:
        """The process and all below it; what they start later is in it too."""
        for folder in dict.fromkeys(self._folders.values()):
            _write(folder / "cgroup.procs", str(pid))
        for child in children(pid):
            self.take(child)

    def ran_out(self) -> bool:
        """Whether something in it was killed for want of memory."""
        folder = self._folders.get("memory")
        if folder is None:
            return False
        try:
            told = (folder / ("memory.oom_control" if self._old else "memory.events")).read_text()
        except OSError:
            return False
        words = dict(line.split(" ", 1) for line in told.splitlines() if " " in line)
        return int(words.get("oom_kill", "0")) > 0

    def kill(self) -> None:
        """Ends what is left in it, and takes it away."""
        until = time.monotonic() + _GOING
        for folder in dict.fromkeys(self._folders.values()):
            while folder.exists() and time.monotonic() < until:
                for pid in _pids(folder):
                    with contextlib.suppress(OSError):
                        os.kill(pid, 9)
                try:
                    folder.rmdir()
                except OSError:
                    time.sleep(0.002)


class ControlGroups:
    """Makes groups below our own, if this process may; `counts` says what they then count."""

    def __init__(self, root: Path = _ROOT) -> None:
        self._bases, self._old = _bases(root)
        trial = self.open(processes=8, memory=64 << 20)
        self.counts: tuple[str, ...] = ()
        if trial is not None:
            self.counts = tuple(sorted(trial._folders))
            trial.kill()

    def open(self, *, processes: int, memory: int) -> ControlGroup | None:
        """A new group, with those bounds that can be set."""
        name = f"luban-{os.getpid()}-{next(_COUNT)}"
        folders: dict[str, Path] = {}
        for matter, base in self._bases.items():
            folder = base / name
            try:
                folder.mkdir(exist_ok=True)
            except OSError:
                continue
            bounds = {"pids": ("pids.max", processes), "memory": (self._memory, memory)}
            file, value = bounds[matter]
            if _write(folder / file, str(value)):
                folders[matter] = folder
            elif folder not in folders.values():
                with contextlib.suppress(OSError):
                    folder.rmdir()
        return ControlGroup(folders, old=self._old) if folders else None

    @property
    def _memory(self) -> str:
        return "memory.limit_in_bytes" if self._old else "memory.max"


def _bases(root: Path) -> tuple[dict[str, Path], bool]:
    """Where groups can be made for each matter, and whether they are of the older kind."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return {}, False
    found: dict[str, Path] = {}
    for line in lines:
        _, matters, path = line.split(":", 2)
        for matter in ("pids", "memory"):
            if matter in matters.split(","):
                found[matter] = root / matter / path.lstrip("/")
    if found:
        return {matter: base for matter, base in found.items() if os.access(base, os.W_OK)}, True
    own = next((line.split(":", 2)[2] for line in lines if line.startswith("0::")), None)
    if own is None:
        return {}, False
    base = root / own.lstrip("/")
    handed_on = base / "cgroup.subtree_control"
    for matter in ("pids", "memory"):
        _write(handed_on, f"+{matter}")
    try:
        matters = handed_on.read_text().split()
    except OSError:
        return {}, False
    return {matter: base for matter in ("pids", "memory") if matter in matters}, False


def children(pid: int) -> list[int]:
    """The processes that a process started and that are still there."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                found += [int(each) for each in file.read().split()]
    return found


def descendants(pid: int) -> list[int]:
    """All below a process."""
    found: list[int] = []
    waiting = children(pid)
    while waiting and len(found) < 10_000:
        each = waiting.pop()
        found.append(each)
        waiting += children(each)
    return found


def _pids(folder: Path) -> list[int]:
    try:
        return [int(line) for line in (folder / "cgroup.procs").read_text().split()]
    except (OSError, ValueError):
        return []


def _write(file: Path, text: str) -> bool:
    try:
        file.write_text(text)
    except OSError:
        return False
    return True
