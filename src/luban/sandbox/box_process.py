"""A box as a process: fed its request, read within bounds, and ended with all it started."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal, NamedTuple

from luban.sandbox.cgroup import ControlGroup, descendants

Why = Literal["", "time", "printed", "answer", "memory", "cancelled"]

_PIECE = 1 << 16
_TICK = 0.1
_PARTING = 3.0
"""Seconds a box is given to end what it started, before it is killed itself."""


class BoxCommand(NamedTuple):
    """How a box is started. `leashed` ones end all they started when their input is closed."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    kept: Sequence[int] = ()
    """Open files it is given, by number."""
    user: int | None = None
    leashed: bool = False
    group: ControlGroup | None = None


class BoxBounds(NamedTuple):
    """What is read of a box, and how long it may take."""

    seconds: float
    printed: int
    answer: int
    memory: int


class BoxEnd(NamedTuple):
    """What a box said until it ended, and `why` it was ended if it was."""

    stdout: bytes
    stderr: bytes
    answer: bytes
    why: Why
    exit_code: int


def run_box(command: BoxCommand, request: bytes, bounds: BoxBounds, cancelled: int) -> BoxEnd:
    """Runs a box to its end, in this thread; `cancelled` is a file that becomes readable.

    The thread must live as long as the box: it dies with the thread that made it.
    """
    reading, writing = os.pipe()
    try:
        process = _start(command, writing)
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    with _Watched(process, reading, bounds) as watched:
        try:
            if command.group is not None:
                command.group.take(process.pid)
            why = watched.run(request, cancelled, command.group)
            if not why and command.group is not None and command.group.ran_out():
                why = "memory"
        finally:
            _end(process, command)
        return watched.told(why)


def _start(command: BoxCommand, answer: int) -> subprocess.Popen[bytes]:
    user = command.user
    return subprocess.Popen(
        [part.replace("{answer}", str(answer)) for part in command.argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(command.environment),
        cwd="/",
        pass_fds=(answer, *command.kept),
        start_new_session=True,
        bufsize=0,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def _end(process: subprocess.Popen[bytes], command: BoxCommand) -> None:
    """Nothing of the box is left after this."""
    if command.leashed and process.poll() is None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PARTING)
    if command.leashed and process.poll() is None:
        for pid in descendants(process.pid):
            _kill(pid)
    below = descendants(process.pid)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    _await_gone(below)
    if command.group is not None:
        command.group.kill()
    if command.user is not None:
        for pid in _of_user(command.user):
            _kill(pid)


def _await_gone(pids: Sequence[int]) -> None:
    """The kernel takes a moment to end a box whose first process was killed."""
    until = time.monotonic() + _PARTING
    while any(_runs(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.002)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False


def _of_user(user: int) -> list[int]:
    found: list[int] = []
    for each in os.scandir("/proc"):
        if each.name.isdigit():
            with contextlib.suppress(OSError):
                if each.stat().st_uid == user:
                    found.append(int(each.name))
    return found


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


class _Watched:
    """The pipes of a running box, each read up to its bound."""

    def __init__(self, process: subprocess.Popen[bytes], answer: int, bounds: BoxBounds) -> None:
        assert process.stdin and process.stdout and process.stderr
        self._process = process
        self._bounds = bounds
        self._stdin: IO[bytes] = process.stdin
        self._answer = answer
        self._numbers = (process.stdout.fileno(), process.stderr.fileno(), answer)
        self._read: dict[int, bytearray] = {number: bytearray() for number in self._numbers}
        self._most = dict(
            zip(self._numbers, (bounds.printed, bounds.printed, bounds.answer), strict=True)
        )
        self._selector = selectors.DefaultSelector()
        self._left = memoryview(b"")

    def __enter__(self) -> _Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        os.close(self._answer)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()

    def run(self, request: bytes, cancelled: int, group: ControlGroup | None) -> Why:
        """Until the box has said all it will, or has taken too much."""
        self._begin(request, cancelled)
        until = time.monotonic() + self._bounds.seconds
        looked = time.monotonic() + _TICK
        while self._answer in self._selector.get_map():
            now = time.monotonic()
            if now >= until:
                return "time"
            if now >= looked:
                looked = now + _TICK
                if self._too_much_memory(group):
                    return "memory"
            for key, _ in self._selector.select(min(_TICK, until - now)):
                if key.fd == cancelled:
                    return "cancelled"
                if why := self._serve(key.fd):
                    return why
        self._drain()
        return ""

    def told(self, why: Why) -> BoxEnd:
        out, error, answer = (bytes(self._read[number]) for number in self._numbers)
        return BoxEnd(out, error, answer, why, self._process.returncode)

    def _too_much_memory(self, group: ControlGroup | None) -> bool:
        if group is not None and group.counts_memory:
            return group.ran_out()
        return _memory(self._process.pid) > self._bounds.memory

    def _begin(self, request: bytes, cancelled: int) -> None:
        self._left = memoryview(request)
        for number in (*self._numbers, self._stdin.fileno()):
            os.set_blocking(number, False)
        for number in (*self._numbers, cancelled):
            self._selector.register(number, selectors.EVENT_READ)
        self._selector.register(self._stdin.fileno(), selectors.EVENT_WRITE)

    def _serve(self, number: int) -> Why:
        if number == self._stdin.fileno():
            try:
                self._left = self._left[os.write(number, self._left) :]
            except BlockingIOError:
                return ""
            except BrokenPipeError:
                self._left = memoryview(b"")
            if not self._left:  # it stays open: the box ends when it is closed
                self._selector.unregister(number)
            return ""
        return self._take(number)

    def _take(self, number: int) -> Why:
        try:
            piece = os.read(number, _PIECE)
        except BlockingIOError:
            return ""
        if not piece:
            self._selector.unregister(number)
            return ""
        kept = self._read[number]
        kept += piece
        if len(kept) <= self._most[number]:
            return ""
        del kept[self._most[number] :]
        return "answer" if number == self._answer else "printed"

    def _drain(self) -> None:
        """What was printed last; others may hold the pipes open, so their end is not waited for."""
        for number in self._numbers[:2]:
            while number in self._selector.get_map():
                before = len(self._read[number])
                if self._take(number) or len(self._read[number]) == before:
                    break


def _memory(pid: int) -> int:
    """Bytes that a process and all below it hold in memory."""
    page = os.sysconf("SC_PAGE_SIZE")
    total = 0
    for each in (pid, *descendants(pid)):
        with contextlib.suppress(OSError, ValueError, IndexError):
            total += int(Path(f"/proc/{each}/statm").read_text().split()[1]) * page
    return total


Run = Callable[[BoxCommand, bytes, BoxBounds, int], BoxEnd]
