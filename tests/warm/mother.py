"""The process that has everything imported: `python -m tests.warm.mother ADDRESS`.

It has one thread and no event loop, so a fork of it is as good as new. It ends with its input.
"""

from __future__ import annotations

import array
import gc
import importlib
import json
import os
import random
import runpy
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

IMPORTED = (
    "typer", "luban.server.process", "luban.server.wiring", "luban.server.logs",
    "luban.server.upkeep", "luban.server.worker_process", "luban.client", "luban.storage.sqlite",
    "luban.llm.wires.openai_wire", "uvicorn.loops.auto", "uvicorn.protocols.http.httptools_impl",
    "uvicorn.lifespan.off", "asyncpg", "uvloop", "pytest",
)  # fmt: skip


class Mother:
    """Forks for everybody who asks, and tells them when theirs has ended."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._lines: dict[int, socket.socket] = {}
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._woken, False)
        signal.set_wakeup_fd(self._woken)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> dict[str, Any] | None:
        """Returns in a fork, with what it is to do; in the mother when her input ends."""
        with selectors.DefaultSelector() as waiting:
            for end in (self._listening.fileno(), self._wake, 0):
                waiting.register(end, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in waiting.select()}
                if 0 in ready:
                    return None
                if self._wake in ready:
                    os.read(self._wake, 512)
                    self._bury()
                if self._listening.fileno() in ready and (asked := self._fork()) is not None:
                    return asked

    def _fork(self) -> dict[str, Any] | None:
        line, asked, files = _hear(self._listening)
        child = os.fork()
        if child:
            for end in files:
                os.close(end)
            self._lines[child] = line
            _tell(line, child)
            return None
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for each in (line, self._listening, *self._lines.values()):
            each.close()
        for end in (self._wake, self._woken):
            os.close(end)
        for number, end in enumerate(files):
            os.dup2(end, number)
            os.close(end)
        return asked

    def _bury(self) -> None:
        for child in list(self._lines):
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                with self._lines.pop(child) as line:
                    _tell(line, os.waitstatus_to_exitcode(status))


def _hear(listening: socket.socket) -> tuple[socket.socket, dict[str, Any], list[int]]:
    line, _ = listening.accept()
    head, passed, _, _ = line.recvmsg(4, socket.CMSG_SPACE(3 * 4))
    files = array.array("i")
    files.frombytes(passed[0][2][: 3 * files.itemsize])
    body, size = b"", int.from_bytes(head, "big")
    while len(body) < size:
        body += line.recv(size - len(body))
    return line, json.loads(body), list(files)


def _tell(line: socket.socket, number: int) -> None:
    with suppress(OSError):  # whoever asked may not wait any more
        line.sendall(f"{number}\n".encode())


def become(asked: dict[str, Any]) -> None:
    """Goes on as `python -m words…` would."""
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    random.seed()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    sys.path[0] = str(Path.cwd())
    for name in [name for name in sys.modules if name.startswith("luban.cli")]:
        del sys.modules[name]  # what it says is chosen at its import, by the language asked for
    module, *rest = asked["words"]
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def main(address: str) -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.collect()
    gc.freeze()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(address)
    listening.listen(64)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    asked = Mother(listening).serve()
    if asked is not None:
        become(asked)


if __name__ == "__main__":
    main(sys.argv[1])
