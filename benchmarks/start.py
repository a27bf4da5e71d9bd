"""How long until the page can be used, what standing still weighs, and whether size costs."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.environments import FOLDER, NotInstalled, node_program
from benchmarks.graph_sizes import sizes_of_graphs
from benchmarks.machine import describe
from benchmarks.report import Report, Row
from benchmarks.server import NeverAnswered, Program, running
from benchmarks.sizes import rounds, scaled, with_peers

METHOD = [
    "Start: from starting the installed program until both its page and its list of blocks (the",
    "peer's list of nodes) were answered over HTTP; ours and the peer's take turns, medians.",
    "Memory: resident, of all its processes, five seconds after that with nobody asking.",
    "Steps: pure ones, cpu, one run of a chain against many runs of 10 nodes, taking turns.",
]
QUOTED = "Node-RED, as measured before"
"""Where Node-RED cannot be installed: 2.1 s and 115 MB on a machine of this class."""


def measure() -> Report:
    """Measures everything. A peer that cannot be installed is quoted, and said so."""
    report = Report("start", describe(), list(METHOD))
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        try:
            report.rows += _starts(Path(folder), report)
        except NeverAnswered as silent:
            report.notes.append(f"Not measured: luban: {silent}")
        report.rows += sizes_of_graphs(Path(folder))
    return report


def luban() -> Program:
    """Our own server, as its installed command."""
    name = "luban.exe" if os.name == "nt" else "luban"
    command = str(Path(sys.executable).parent / name)
    return Program(
        "luban",
        lambda port, data: [
            command,
            "up",
            "--no-browser",
            "--port",
            f"{port}",
            "--data",
            f"{data}",
        ],
        ("/", "/api/v1/blocks"),
    )


def node_red() -> Program:
    """Node-RED, which stores its flows in one file. Raises `NotInstalled`."""
    command = node_program("node-red", "node-red", "red.js")
    return Program(
        "Node-RED",
        lambda port, data: [*command, "--port", str(port), "--userDir", str(data)],
        ("/", "/nodes"),
    )


def _peer(report: Report) -> Program | None:
    if not with_peers():
        return None
    try:
        return node_red()
    except NotInstalled as missing:
        report.notes.append(f"Not beside a peer: {missing}")
        return None


def _starts(folder: Path, report: Report) -> list[Row]:
    peer = _peer(report)
    ours = luban()
    first = _start(ours, folder / "warm", idle=0)[0]  # compiles what an installer has compiled
    mine: list[tuple[float, float | None]] = []
    theirs: list[tuple[float, float | None]] = []
    fresh: list[float] = []
    if peer is not None:
        try:
            _start(peer, folder / "peer", idle=0)
        except NeverAnswered as silent:
            report.notes.append(f"Not beside a peer: {peer.name}: {silent}")
            peer = None
    for number in range(rounds(5)):
        fresh.append(_start(ours, folder / f"fresh{number}", idle=0)[0])
        mine.append(_start(ours, folder / "warm"))
        if peer is not None:
            theirs.append(_start(peer, folder / "peer"))
    name = QUOTED if peer is None else peer.name
    their_start = median(start for start, _ in theirs) if theirs else 2.1
    return [
        Row("start to usable page", _middle(mine, 0), "s", their_start, name, "<= 2"),
        Row("start to usable page, new data folder", median(fresh), "s", bar="<= 2"),
        Row("start to usable page, the very first time", first, "s"),
        Row("idle memory", _middle(mine, 1), "MB", _middle(theirs, 1) or 115.0, name, "<= 115"),
    ]


def _start(program: Program, folder: Path, idle: float = 5.0) -> tuple[float, float | None]:
    """Seconds until it could be used, and megabytes after it stood idle."""
    with running(program, folder) as server:
        time.sleep(min(idle, scaled(5, least=0)))
        return server.after, server.memory()


def _middle(found: list[tuple[float, float | None]], which: int) -> float | None:
    values = [pair[which] for pair in found]
    known = [value for value in values if value is not None]
    return median(known) if known else None
