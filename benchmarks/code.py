"""What running a piece of code costs: in the subset of Python, and in each kind of box."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable
from statistics import median

from benchmarks.machine import describe
from benchmarks.report import Report, Row
from benchmarks.sizes import scaled
from luban.ports.sandbox import CodePiece
from luban.sandbox.interpreters import Interpreters
from luban.sandbox.probing import Probe
from luban.sandbox.sandboxes import SandboxChoice, Sandboxes
from luban.sdk.sandbox import CodeLanguage, RunIn

METHOD = [
    "One piece of code after another, medians: `1 + 1` from asking to the result, a new session or",
    "a new box each time. First: the pool of the subset is made too. Peer: the bare interpreter,",
    "started and ended without any box.",
]
ROUNDS = 30


def measure() -> Report:
    """Kinds of box that do not hold here are named with the reason."""
    report = Report("code", describe(), list(METHOD))
    asyncio.run(_measure(report))
    return report


async def _measure(report: Report) -> None:
    rounds = scaled(ROUNDS)
    subset = _open("")
    piece = CodePiece("python", "1 + 1")
    first = await _once(lambda: subset.run(piece, "subset"))
    report.rows.append(Row("subset, first", first, "ms"))
    report.rows.append(
        Row("subset, next", await _typical(subset, "python", "subset", rounds), "ms")
    )
    await subset.aclose()
    programs = Interpreters()
    python = _bare([programs.pythons[-1].program, "-I", "-S", "-c", "1 + 1"], rounds)
    for kind in ("bubblewrap", "landlock"):
        boxes = _open(kind)
        full = next(state for state in await boxes.states() if state.name == "full")
        if not full.on:
            report.notes.append(f"Not measured: {full.reason}")
            await boxes.aclose()
            continue
        took = await _typical(boxes, "python", "full", rounds)
        report.rows.append(Row(f"Python, {kind}", took, "ms", python, "python3", "about 30 ms"))
        if programs.node is not None:
            node = _bare([programs.node.program, "-e", "1 + 1"], rounds)
            took = await _typical(boxes, "javascript", "full", rounds)
            report.rows.append(Row(f"JavaScript, {kind}", took, "ms", node, "node"))
        took = await _typical(boxes, "shell", "full", rounds)
        shell = _bare([shutil.which("sh") or "sh", "-c", ":"], rounds)
        report.rows.append(Row(f"shell, {kind}", took, "ms", shell, "sh"))
        await boxes.aclose()


def _open(kind: str) -> Sandboxes:
    return Sandboxes(SandboxChoice(), Probe((), (kind,) if kind else ()), Interpreters())


async def _typical(boxes: Sandboxes, language: CodeLanguage, run_in: RunIn, rounds: int) -> float:
    code = ":" if language == "shell" else "1 + 1"
    piece = CodePiece(language, code)
    return median([await _once(lambda: boxes.run(piece, run_in)) for _ in range(rounds)])


async def _once(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


def _bare(command: list[str], rounds: int) -> float:
    took: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append((time.perf_counter() - began) * 1000)
    return median(took)
