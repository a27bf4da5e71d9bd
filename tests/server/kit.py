"""Server processes as a user starts them, on a free port, over a data folder of their own."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from luban.client import Client
from luban.model.ids import new_id
from tests.services.kit import block_folder
from tests.warm import Process, run

_ADDRESS = re.compile(r"http://[\d.]+:\d+")
_PATIENCE = 60


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LUBAN_")}
    return {
        **kept,
        "LUBAN_HOME": str(folder / "home"),
        "LUBAN_PORT": "0",
        "LUBAN_BLOCKS_PATH": str(block_folder(folder / "blocks")),
        **more,
    }


COMMAND = ["luban.server"]


class ServerProcess:
    """A running server; `url` is what it printed. A `fresh` one has imported what it needs."""

    def __init__(self, folder: Path, fresh: bool = False, /, **more: str) -> None:
        # A file, not a pipe: a server that says more than a pipe holds would stand still.
        self._errors = folder / f"{new_id('stderr')}.txt"
        with self._errors.open("w", encoding="utf-8") as errors:
            begin = _fresh if fresh else Process
            self.process = begin(
                COMMAND, cwd=folder, env=environment(folder, **more), stderr=errors
            )
        self.url = self._address()

    def _address(self) -> str:
        assert self.process.stdout is not None
        line = _line(self.process.stdout)
        found = _ADDRESS.search(line)
        assert found, f"printed {line!r}, and: {self._said()}"
        return found.group()

    def _said(self) -> str:
        self.kill()
        return self.written()

    def written(self) -> str:
        """What the process has written to stderr."""
        return self._errors.read_text(encoding="utf-8")

    def client(self) -> Client:
        return Client(self.url)

    def kill(self) -> None:
        """As the power switch does."""
        self.process.kill()
        self.process.communicate()

    def stop(self) -> tuple[int, str]:
        """As a system does; the exit code, and what was written to stderr."""
        self.process.terminate()
        self.process.communicate(timeout=_PATIENCE)
        return self.process.wait(), self.written()


def _fresh(
    words: Sequence[str], *, cwd: Path, env: Mapping[str, str], stderr: IO[str]
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=stderr, text=True,
    )  # fmt: skip


def _line(stream: IO[str]) -> str:
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        assert ready.select(_PATIENCE), "the server said nothing"
    return stream.readline()


@contextmanager
def server(folder: Path, fresh: bool = False, /, **more: str) -> Iterator[ServerProcess]:
    running = ServerProcess(folder, fresh, **more)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()


def refusal(folder: Path, **more: str) -> tuple[int, str]:
    """The exit code and the words of a server that cannot start."""
    done = run(COMMAND, cwd=folder, env=environment(folder, **more), timeout=_PATIENCE)
    return done.returncode, done.stderr
