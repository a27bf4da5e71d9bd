"""A server program: started, asked until it answers, weighed, stopped."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 60.0
_PAUSE = 0.005


class NeverAnswered(Exception):
    """A server did not answer in time, or ended; the text is the end of what it said."""


@dataclass(frozen=True)
class Program:
    """How a server is started, and what must answer before a person can use it."""

    name: str
    command: Callable[[int, Path], list[str]]
    paths: tuple[str, ...]
    environment: Callable[[Path], dict[str, str]] = lambda folder: {}


@dataclass
class Running:
    """A server that answers; `after` is how many seconds that took."""

    process: subprocess.Popen[bytes]
    after: float
    port: int

    def memory(self) -> float | None:
        """Resident megabytes of the process and those it started; `None` where nobody can tell."""
        pages = _resident(self.process.pid)
        return None if pages is None else pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def running(program: Program, folder: Path) -> Iterator[Running]:
    """A server over a data folder, until the context ends. Raises `NeverAnswered`."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    # An installed program has its compiled files, whatever the shell says about writing them.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= program.environment(folder)
    said = folder / "output.txt"
    with said.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            program.command(port, folder), stdout=output, stderr=output, env=environment
        )
        try:
            for path in program.paths:
                _until_answered(process, port, path, said)
            yield Running(process, time.perf_counter() - began, port)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until_answered(process: subprocess.Popen[bytes], port: int, path: str, said: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers={"Accept": "application/json, text/html"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(_PAUSE)
    end = said.read_text(encoding="utf-8", errors="replace")[-1000:]
    raise NeverAnswered(f"{path} was not answered: {end.strip()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _resident(pid: int) -> int | None:
    """Pages of memory of a process and its descendants."""
    folder = Path("/proc") / str(pid)
    try:
        pages = int((folder / "statm").read_text(encoding="ascii").split()[1])
        children = (folder / "task" / str(pid) / "children").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return pages + sum(_resident(int(child)) or 0 for child in children)
