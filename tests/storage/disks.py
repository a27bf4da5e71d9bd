"""Real disks that are full or read-only, where this machine lets us mount one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small file system in memory; skips the test where mounting is not allowed."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # Not a program that could be installed, so no failure of a strict run either: the same
        # refusals are provoked without mounting in the tests beside.
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, *, leave: int = 0) -> Path:
    """Takes all room on a disk but `leave` bytes; the file that takes it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
        file.truncate(max(0, file.tell() - leave))
    return filler


@contextmanager
def unwritable(folder: Path) -> Iterator[Path]:
    """A folder this user may read and not write; even root may not write to a read-only mount."""
    if os.geteuid() == 0:
        with mounted(folder, "ro,size=1m"):
            yield folder
        return
    folder.mkdir(mode=0o500)
    try:
        yield folder
    finally:
        folder.chmod(0o700)
