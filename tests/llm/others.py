"""Model servers that others wrote, as processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tools import prerequisites


@contextmanager
def aimock_server(fixtures: Sequence[Any]) -> Iterator[str]:
    """The address of aimock, which answers what the fixtures say; the OpenAI wires are at `/v1`."""
    command = prerequisites.find_model_server()
    if command is None:
        left_out = pytest.fail if prerequisites.strict() else pytest.skip
        left_out("no Node, or no packages from npm")
    with _started([*command, json.dumps(fixtures)]) as base:
        yield base


@contextmanager
def llama_server(folder: Path) -> Iterator[str]:
    """The address of llama.cpp's own server over a model of random weights."""
    with _started([sys.executable, "-m", "tests.llm.tiny_llama", str(folder)]) as base:
        yield base


@contextmanager
def _started(command: list[str]) -> Iterator[str]:
    """The address that a server says, which ends with its input."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["base"]
        server.stdin.close()
        server.wait(20)
