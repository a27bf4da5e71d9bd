"""What a trivial step costs, beside LangGraph with its SQLite checkpointer on the same work."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environments import FOLDER, NotInstalled, python_with
from benchmarks.machine import describe
from benchmarks.player import Broken, Cost, Player, playing
from benchmarks.report import Report, Row
from benchmarks.sizes import rounds, scaled, with_peers

_PEER_ROUNDS = 3
METHOD = [
    "Each side runs in its own process on uvloop with its own database file (SQLite, WAL, NORMAL),",
    "and they take turns: ours, peer, ours, … Figures are medians of the rounds, per step.",
    "cpu is processor time of the whole process, threads included. Every step's input is validated",
    "by pydantic on both sides. Strict: a step's result is stored before the next step begins (the",
    "peer's durability `sync`); pure: it may be stored later (the peer's default, `async`).",
    "Ours is measured from the first claim to the last stored end, with the runs already queued.",
    "Many runs are in progress at once; fan-outs and chains follow one another, alone.",
]


@dataclass(frozen=True)
class Work:
    """One piece of work: `runs` at once, so many `times`; the peer does less, to be done at all."""

    title: str
    shape: str
    mode: str
    size: int
    ours: tuple[int, int]
    peer: tuple[int, int]
    cpu_bar: str
    wall_bar: str = ""

    def order(self, side: tuple[int, int]) -> dict[str, Any]:
        runs, times = side
        what = {"work": self.shape, "mode": self.mode, "size": self.size}
        return {**what, "runs": runs, "times": times}


def works() -> list[Work]:
    """Chain, fan-out and many runs, strict and pure."""
    length, width = scaled(100), scaled(1000)
    many, few = (scaled(2000), 1), (scaled(100), 1)
    lone, spread = (1, scaled(50)), (1, scaled(10))
    names = (f"{many[0]:,} runs of 10", f"fan-out of {width:,}", f"chain of {length}")
    cheap, pure, hop = "<= 20, >= 50 x", "<= 15, >= 50 x", "<= 100"
    return [
        Work(f"{names[0]}, strict", "chain", "strict", 10, many, few, cheap),
        Work(f"{names[0]}, pure", "chain", "pure", 10, many, few, pure),
        Work(f"{names[1]}, strict", "fan", "strict", width, spread, (1, 1), cheap),
        Work(f"{names[1]}, pure", "fan", "pure", width, spread, (1, 1), pure),
        Work(f"{names[2]}, strict", "chain", "strict", length, lone, (1, 3), hop, hop),
        Work(f"{names[2]}, pure", "chain", "pure", length, lone, (1, 3), ""),
    ]


def measure() -> Report:
    """Measures everything. A peer that cannot be installed is left out, and said so."""
    report = Report("engine", describe(), list(METHOD))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=_room())))
        ours = stack.enter_context(
            playing(sys.executable, "benchmarks.works.luban_steps", folder / "ours")
        )
        peer = _peer(stack, folder, report)
        for work in works():
            mine, theirs, broken = _alternately(work, ours, peer)
            report.rows += _rows(work, mine, theirs)
            if broken is not None:
                report.notes.append(f"The peer stopped in `{work.title}`: {broken}")
                peer = None
    return report


def _room() -> Path:
    """Where the databases go: the disk of the project, which a temporary folder may not be on."""
    FOLDER.mkdir(exist_ok=True)
    return FOLDER


def _peer(stack: ExitStack, folder: Path, report: Report) -> Player | None:
    if not with_peers():
        return None
    try:
        python = python_with("langgraph")
    except NotInstalled as missing:
        report.notes.append(f"Without a peer: {missing}")
        return None
    return stack.enter_context(
        playing(python, "benchmarks.works.langgraph_steps", folder / "langgraph")
    )


def _alternately(
    work: Work, ours: Player, peer: Player | None
) -> tuple[Cost, Cost | None, Broken | None]:
    """The median of each side, and why the peer has none although it should."""
    mine: list[Cost] = []
    theirs: list[Cost] = []
    broken: Broken | None = None
    for _ in range(rounds(5)):
        mine.append(ours.play(**work.order(work.ours)))
        if peer is None or broken is not None or len(theirs) == _PEER_ROUNDS:
            continue
        try:
            theirs.append(peer.play(**work.order(work.peer)))
        except Broken as why:
            broken = why
    return Cost.median_of(mine), Cost.median_of(theirs) if theirs else None, broken


def _rows(work: Work, ours: Cost, peer: Cost | None) -> list[Row]:
    name = "" if peer is None else "LangGraph 1.2, AsyncSqliteSaver"
    if peer is not None and work.peer[0] > 1:
        name += f", {work.peer[0]} runs"

    def row(title: str, unit: str, mine: float, theirs: float | None, bar: str = "") -> Row:
        return Row(f"{work.title}: {title}", mine, unit, theirs, name, bar)

    them = peer is not None
    rows = [
        row("cpu", "µs/step", ours.cpu * 1e6, peer.cpu * 1e6 if them else None, work.cpu_bar),
        row("wall", "µs/step", ours.wall * 1e6, peer.wall * 1e6 if them else None, work.wall_bar),
    ]
    if work.ours[0] > 1:
        stored = peer.more["bytes"] if them else None
        rows.append(row("stored", "bytes/step", ours.more["bytes"], stored, "<= 1,024"))
        queueing = ours.more["queueing"] * 1e6
        rows.append(Row(f"{work.title}: queueing a run, cpu", queueing, "µs/run"))
    return rows
