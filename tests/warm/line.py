"""How a process is asked for; as a program, it is the command `luban` of tests that use a shell."""

from __future__ import annotations

import array
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ADDRESS = "LUBAN_TESTS_WARM"
"""The variable by which the program finds whom to ask."""


def ask(mother: str, asked: Mapping[str, Any], files: Sequence[int]) -> socket.socket:
    """A line to a new process: its id comes over it, and at its end the exit code."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.connect(mother)
    body = json.dumps(asked).encode()
    passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))]
    line.sendmsg([len(body).to_bytes(4, "big")], passed)
    line.sendall(body)
    return line


def hear(line: socket.socket) -> int:
    """The next number that is told."""
    said = b""
    while not said.endswith(b"\n"):
        piece = line.recv(1)
        if not piece:
            raise ChildProcessError("the process that forks is gone")
        said += piece
    return int(said)


def main(words: list[str]) -> int:
    env = dict(os.environ)
    mother = env.pop(ADDRESS)
    line = ask(mother, {"words": words, "cwd": str(Path.cwd()), "env": env}, [0, 1, 2])
    child = hear(line)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os.kill(child, number))
    code = hear(line)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
