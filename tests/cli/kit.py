"""Runs `luban` as a real process, in a home of its own."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.warm import Process, run

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Luban:
    """The command with a home, a working folder and a language."""

    home: Path
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LUBAN_", "OPENAI_"))}
        return {**clean, "LUBAN_HOME": str(self.home), "LANG": "C.UTF-8", **self.env}

    def command(self, *words: str | Path) -> list[str]:
        """What follows `python -m`."""
        return ["luban.cli", *map(str, words)]

    def __call__(self, *words: str | Path, given: str | None = None) -> Answer:
        command = self.command(*words)
        done = run(command, cwd=self.folder, env=self.environment, input=given)
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str | Path) -> Process:
        """A command that goes on; the test ends it."""
        return Process(self.command(*words), cwd=self.folder, env=self.environment)


def write_agent(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


CALCULATOR = """\
luban: 1
name: Calculator
nodes:
  a: {block: io.input_number, with: {name: a}}
  b: {block: io.input_number, with: {name: b}}
  add: {block: maths.calculate, with: {operation: add}}   # the only step
  result: {block: io.output, with: {name: result}}
links:
  - a.value -> add.a
  - b.value -> add.b
  - add.result -> result.value
"""
