"""Processes that begin with everything imported: each is a fork of one that has.

A fresh interpreter needs a second to import the server, and hundreds of tests start one. What they
start here is a process like any other, with its own memory, folder, environment and pipes, ended by
signals and told by its exit code; only the importing was done before. What is told of starting
itself is tried with fresh interpreters.
"""

from __future__ import annotations

import atexit
import functools
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from tests.warm.line import ADDRESS, ask, hear

ROOT = Path(__file__).parents[2]
PIPE = subprocess.PIPE


class Process:
    """A running `python -m module …`, with the face of `subprocess.Popen`."""

    def __init__(
        self,
        words: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        stdin: int | None = None,
        stderr: IO[str] | None = None,
    ) -> None:
        """Its output is a pipe; so are its input, if asked for, and its errors, if no file is."""
        self.args = list(words)
        self.returncode: int | None = None
        read_in, write_in = os.pipe()
        read_out, write_out = os.pipe()
        read_err, write_err = os.pipe() if stderr is None else (None, stderr.fileno())
        if stdin != PIPE:
            os.close(write_in)
        self.stdin = _open(write_in, "w") if stdin == PIPE else None
        self.stdout = _open(read_out, "r")
        self.stderr = None if read_err is None else _open(read_err, "r")
        asked = {"words": words, "cwd": str(cwd), "env": dict(env)}
        self._line = ask(mother(), asked, [read_in, write_out, write_err])
        self.pid = hear(self._line)
        for end in (read_in, write_out, *([write_err] if stderr is None else [])):
            os.close(end)

    def poll(self) -> int | None:
        """The exit code, as a negative number if it was a signal; `None` while it runs."""
        if self.returncode is None and select.select([self._line], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            if not select.select([self._line], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = hear(self._line)
            self._line.close()
        return self.returncode

    def communicate(
        self, input: str | None = None, timeout: float | None = None
    ) -> tuple[str, str]:
        """What it said and erred until its end. Raises `subprocess.TimeoutExpired`."""
        until = None if timeout is None else time.monotonic() + timeout
        said = {file: list[str]() for file in (self.stdout, self.stderr) if file is not None}
        readers = [
            threading.Thread(target=_read, args=(file, into), daemon=True)
            for file, into in said.items()
        ]
        for reader in readers:
            reader.start()
        if self.stdin is not None:
            _write(self.stdin, input or "")
        for reader in readers:
            reader.join(None if until is None else max(0, until - time.monotonic()))
            if reader.is_alive():
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
        self.wait(None if until is None else max(0, until - time.monotonic()))
        erred = "" if self.stderr is None else "".join(said[self.stderr])
        return "".join(said[self.stdout]), erred

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in (self.stdin, self.stdout, self.stderr):
            if file is not None:
                file.close()
        self.wait()


def run(
    words: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    input: str | None = None,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run` of `python -m …`, with text captured."""
    process = Process(words, cwd=cwd, env=env, stdin=PIPE if input is not None else None)
    try:
        out, err = process.communicate(input, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(words, process.wait(), out, err)


@functools.cache
def mother() -> str:
    """The address of the process that has everything imported; there is one for each of pytest."""
    folder = tempfile.TemporaryDirectory(prefix="luban-warm-")
    address = str(Path(folder.name) / "mother")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LUBAN_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.warm.mother", address],
        cwd=ROOT, env=kept, stdin=PIPE, stdout=PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    atexit.register(_end, process, folder)
    return address


def on_path(folder: Path) -> tuple[Path, dict[str, str]]:
    """A folder with the command `luban` for PATH, and the variables it needs."""
    program = folder / "luban"
    line = Path(__file__).with_name("line.py")
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -E "{line}" luban "$@"\n')
    program.chmod(0o755)
    return folder, {ADDRESS: mother()}


def _end(mother: subprocess.Popen[str], folder: tempfile.TemporaryDirectory[str]) -> None:
    with mother, folder:
        pass  # her input ends, and so does she


def _open(end: int, mode: str) -> IO[str]:
    return os.fdopen(end, mode, encoding="utf-8")


def _read(file: IO[str], into: list[str]) -> None:
    with file:
        into.append(file.read())


def _write(file: IO[str], text: str) -> None:
    with suppress(BrokenPipeError), file:  # it may end without reading
        file.write(text)
