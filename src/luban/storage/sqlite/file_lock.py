"""A lock on a file that the operating system frees the instant its process is gone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """Held from `take` until `release`, or until the process ends in whatever way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, create: bool = True) -> bool:
        """Whether the lock is now ours. Raises `FileNotFoundError` if told not to create it."""
        flags = os.O_RDWR | (os.O_CREAT if create else 0)
        descriptor = os.open(self.path, flags, 0o600)
        try:
            _lock(descriptor)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self, *, remove: bool = False) -> None:
        """Frees the lock, and with `remove` deletes its file; does nothing if it is not held."""
        if self._descriptor is None:
            return
        # Windows does not delete open files; elsewhere the order does not matter, because the
        # names of removed lock files are never used again.
        os.close(self._descriptor)
        self._descriptor = None
        if remove:
            self.path.unlink(missing_ok=True)
