"""A process that does work on demand: ours and a peer's take turns, each in its own interpreter."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: seconds per step, of the processor and of the clock."""

    cpu: float
    wall: float
    more: dict[str, float]

    @classmethod
    def median_of(cls, costs: list[Cost]) -> Cost:
        more = {name: median(cost.more[name] for cost in costs) for name in costs[0].more}
        return cls(median(c.cpu for c in costs), median(c.wall for c in costs), more)


class Broken(Exception):
    """A player ended without an answer; the text is the end of what it complained about."""


class Player:
    """One line of JSON goes in, one comes out."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def play(self, **order: Any) -> Cost:
        """Has a piece of work done once. Raises `Broken`."""
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        try:
            pipe_in.write(json.dumps(order) + "\n")
            pipe_in.flush()
        except BrokenPipeError:
            pass
        answer = pipe_out.readline()
        if not answer:
            _, complaint = self._process.communicate()
            raise Broken(complaint.strip()[-2000:])
        told = json.loads(answer)
        steps = told.pop("steps")
        return Cost(told.pop("cpu") / steps, told.pop("wall") / steps, told)


@contextmanager
def playing(
    python: Path | str,
    module: str,
    folder: Path,
    *words: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Player]:
    """A player that keeps its files in `folder`, ended with the context."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [str(python), "-m", module, str(folder), *words],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield Player(process)
    finally:
        process.kill()
        process.communicate()
